"""``evidence.gpkg``: the pieces behind every figure, for a GIS, each layer with its own style."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj

from townland import terms
from townland.i18n import DEFAULT_LANGUAGE, render
from townland.output.stamped import stamped
from townland.results import Assessment
from townland.rules.judging.finding import ReasonFigure
from townland.writing.pages import figures
from townland.writing.pages import look as legend
from townland.writing.pages.look import Hatch
from townland.writing.record.shapes import ShownShapes
from townland.writing.record.store import write_record
from townland.writing.report.gis_layers import contents, number
from townland.writing.report.gis_words import LAYERS, write_titles
from townland.writing.report.qgis import GisLayer, categories_qml, write_project

STYLE_COLUMNS = (
    "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName",
    "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time",
)  # fmt: skip
COLOURS = {
    "towns": ("#000000", "", "0.9"),
    "repairs": ("#7a1fa2", "#7a1fa255", "0.4"),
    "uncovered": ("#555555", "#99999988", "0.3"),
    "unplanned": ("#8a6d00", "#d9b80055", "0.3"),
}
FIGURE_COLUMNS = (
    "finding", "town", "verdict", "measure", "title", "role", "meaning", "printed", "gross_m2", "net_m2",
    "pieces", "layer",
)  # fmt: skip
HATCHES = {
    "rising": "b_diagonal", "falling": "f_diagonal", "crossed": "diagonal_x", "upright": "vertical",
    "level": "horizontal", "dots": "dense6", "grid": "cross", "sparse": "b_diagonal",
    "steep": "b_diagonal", "dashes": "horizontal",
}  # fmt: skip
"""The fill of QGIS that comes nearest to each pattern of the pages."""
DASHES = {
    "frame": "solid", "frame-dashed": "dash", "frame-dotted": "dot", "frame-mixed": "dash dot",
    "frame-long": "dash", "frame-fine": "solid",
}  # fmt: skip
"""The outline of QGIS that comes nearest to each frame of the pages."""
DRAWN = {"land_use": legend.LAND, "land_use_beside": legend.LAND, "planned_use": legend.USES}
"""The layers that are coloured by the legend of land."""

EVIDENCE = ("#b30000", "#d7301f66", "0.3")


def write_evidence(assessment: Assessment, path: Path, *, lang: str = DEFAULT_LANGUAGE) -> None:
    """Write one layer for each measure, and `towns`, `repairs` and `uncovered`; some may be empty.

    The table ``figures`` names for each finding its measures and their layers.

    In a measure's layer the column ``piece`` counts the pieces of one town from 1.
    Where boundaries share land there is a layer `overlaps`, too. Towns in different CRSs have layers
    of their own, named ``<measure>_<EPSG>``. The file's time stamps are the day of the check, so that
    the same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        What is written.
    path
        The file; there is none of that name yet.
    lang
        The language of titles and of what was mended.
    """
    stamp = f"{assessment.on.isoformat()}T00:00:00Z"
    with stamped(stamp, synced=False):
        layers, named, shown = [], {}, ShownShapes()
        signs = legend.signs(finding.figures for finding in assessment.findings)
        for content in contents(assessment, lang):
            for layer, crs, blocks in content.by_crs():
                if not _write_layer(path, layer, blocks, title=content.title, shown=shown):
                    continue
                name = content.name
                named[name, crs] = layer
                style = _style(name, signs.get(name), lang)
                at_once = name in signs or name in ("towns", "land_use", "planned_use")
                layers.append(GisLayer(layer, name, content.title, crs, style, at_once))
        _write_figures(assessment, path, named, lang=lang)
        write_styles(path, [(each.table, each.title, each.style) for each in layers], stamp)
        write_titles(path, [(each.table, each.title) for each in layers], lang)
        with closing(sqlite3.connect(path)) as file, file:
            write_record(file, assessment, shown, lang)
        _require_whole(path, len(layers))
        write_project(assessment, path.with_suffix(".qgz"), layers, lang=lang)


def _write_layer(
    path: Path,
    layer: str,
    blocks: Iterable[gpd.GeoDataFrame],
    *,
    title: str,
    shown: ShownShapes,
) -> bool:
    """Write a layer block by block, and say whether there was one.

    Parameters
    ----------
    path, layer, title
        The file, and the layer's name and title.
    blocks
        Its features; a later block may have columns that the first ones had not.
    shown
        Where their geometries are noted.
    """
    columns: list[str] = []
    written = 0
    for block in blocks:
        new = [str(name) for name in block.columns if name not in (*columns, "geometry")]
        if columns and new:
            _add_columns(path, layer, block[new])
        columns += new
        put_polygons(block.reindex(columns=[*columns, "geometry"]), path, layer, title=title)
        shown.add(layer, np.asarray(block.geometry.array, object), after=written)
        written += len(block)
    return bool(columns)


def put_polygons(frame: gpd.GeoDataFrame, path: Path, layer: str, *, title: str = "") -> None:
    """Write features into a layer of a GeoPackage, after those that are there; both are made if need be.

    Parameters
    ----------
    frame
        The features, with the columns of those that are there.
    path, layer, title
        The file, and the layer's name and title.
    """
    described = {"DESCRIPTION": title} if title else {}
    pyogrio.write_dataframe(
        frame,
        path,
        layer=layer,
        driver="GPKG",
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        append=path.exists(),
        layer_options={**described, "GEOMETRY_NAME": "geom", "FID": "fid"},
        dataset_options={"VERSION": "1.3"} if not path.exists() else None,
    )


def _add_columns(path: Path, layer: str, frame: pd.DataFrame) -> None:
    """Add the columns of a frame to a layer that is written already.

    Parameters
    ----------
    path, layer
        The file, and the layer's name.
    frame
        The columns.
    """
    with closing(sqlite3.connect(path)) as file, file:
        for name, values in frame.items():
            kind = "REAL" if values.dtype.kind == "f" else "TEXT"
            file.execute(f'ALTER TABLE "{layer}" ADD COLUMN "{name}" {kind}')


_UNINDEXED = (
    "SELECT (SELECT count(*) FROM gpkg_geometry_columns) - (SELECT count(*) FROM gpkg_extensions"
    " WHERE extension_name = 'gpkg_rtree_index')"
)
"""The layers without a spatial index, which GDAL makes last."""


def _require_whole(path: Path, layers: int) -> None:
    """Make sure that the last things written are in the file: GDAL tells no failure of closing it.

    Raises
    ------
    OSError
        They are not, as on a disk that was full for a moment.
    """
    with closing(sqlite3.connect(path)) as file:
        try:
            told = file.execute("PRAGMA quick_check(1)").fetchone()
            styles = file.execute("SELECT count(*) FROM layer_styles").fetchone()
            unindexed = file.execute(_UNINDEXED).fetchone()
            whole = (told, styles, unindexed) == (("ok",), (layers,), (0,))
        except sqlite3.DatabaseError:
            whole = False
    if not whole:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def _style(name: str, sign: Hatch | None, lang: str) -> str:
    """The style of a layer: that of its sign on the report and the map, where it has one.

    Parameters
    ----------
    name, sign
        What the layer is of, and its sign.
    lang
        The language of the legend.
    """
    if name in DRAWN:
        entries = DRAWN[name].items()
        return categories_qml(
            "drawn_as", {key: (each.title.render(lang), each.fill) for key, each in entries}
        )
    if sign is None:
        return qml(*COLOURS.get(name, EVIDENCE))
    if sign.frame:
        return qml(sign.colour, "", "0.6", outline=DASHES[sign.pattern])
    return qml(sign.colour, sign.colour, "0.4", fill_style=HATCHES[sign.pattern])


def _write_figures(
    assessment: Assessment, path: Path, named: Mapping[tuple[str, pyproj.CRS], str], *, lang: str
) -> None:
    """Write the table ``figures``: for each finding its measures, and the layers that hold them.

    Parameters
    ----------
    assessment, path, lang
        As for `write_evidence`.
    named
        The layer of each measure and CRS.
    """
    rows = [
        (
            finding.rule,
            finding.town or "",
            str(finding.verdict),
            figure.measure,
            render(figure.title, lang),
            figure.role,
            render(terms.FIGURE_ROLES[figure.role], lang),
            figures.figure(figure.printed_m2, "m2").render(lang),
            float(figure.gross_m2),
            number(figure.net_m2),
            figure.pieces,
            named.get((_layer_of(assessment, figure), assessment.town(finding.town).town.crs), ""),
        )
        for finding in assessment.findings
        for figure in finding.figures
    ]
    pyogrio.write_dataframe(
        pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)),
        path,
        layer="figures",
        driver="GPKG",
        append=True,
        layer_options={"DESCRIPTION": LAYERS["figures"].render(lang)},
    )


def _layer_of(assessment: Assessment, figure: ReasonFigure) -> str:
    """The layer that holds a measure's pieces: those of a town as a whole are the boundaries."""
    spec = assessment.rulebook.measure[figure.measure]
    return figure.measure if spec.layers else "towns"


def qml(
    line: str, fill: str, width: str, *, fill_style: str = "solid", outline: str = "solid"
) -> str:
    """A QGIS style: one symbol, a fill with an outline.

    Parameters
    ----------
    line, fill
        Colours, ``#rrggbb`` or ``#rrggbbaa``; an empty `fill` is none.
    width
        The outline's width in millimetres.
    fill_style, outline
        How QGIS hatches the fill and draws the outline.
    """
    style = fill_style if fill else "no"
    colour = _rgba(fill or "#ffffff00")
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.22" styleCategories="Symbology"><renderer-v2 type="singleSymbol">'
        '<symbols><symbol type="fill" name="0" alpha="1"><layer class="SimpleFill">'
        f'<Option type="Map"><Option type="QString" name="color" value="{colour}"/>'
        f'<Option type="QString" name="style" value="{style}"/>'
        f'<Option type="QString" name="outline_color" value="{_rgba(line)}"/>'
        f'<Option type="QString" name="outline_style" value="{outline}"/>'
        f'<Option type="QString" name="outline_width" value="{width}"/>'
        '<Option type="QString" name="outline_width_unit" value="MM"/>'
        "</Option></layer></symbol></symbols></renderer-v2></qgis>"
    )


def _rgba(colour: str) -> str:
    digits = colour.lstrip("#").ljust(8, "f")
    return ",".join(str(int(digits[i : i + 2], 16)) for i in range(0, 8, 2))


def write_styles(path: Path, styles: list[tuple[str, str, str]], stamp: str) -> None:
    """Store the default styles where QGIS looks for them: in the table ``layer_styles``.

    Parameters
    ----------
    path
        The GeoPackage, in which the layers are already.
    styles
        Each layer's name, its title and its style in QML.
    stamp
        The time at which they are stated to have changed.
    """
    rows = [
        ("", "", layer, "geom", title, style, "", True, title, "", "", stamp)
        for layer, title, style in styles
    ]
    frame = pd.DataFrame(rows, columns=list(STYLE_COLUMNS))
    pyogrio.write_dataframe(frame, path, layer="layer_styles", driver="GPKG", append=True)
