"""``evidence.gpkg``: the pieces behind every figure, for a GIS, each layer with its own style."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyproj
import shapely

from townland import geodesy, terms, units
from townland.i18n import DEFAULT_LANGUAGE, render
from townland.measuring.piece_table import PieceTable
from townland.output.stamped import stamped
from townland.results import Assessment
from townland.rules.judging.finding import ReasonFigure
from townland.writing.pages import figures
from townland.writing.pages import look as legend
from townland.writing.pages.look import Hatch
from townland.writing.record.shapes import ShownShapes
from townland.writing.record.store import write_record
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
PIECE = "piece"
REPAIR_COLUMNS = (
    "layer", "feature", "problem", "action", "area_before_m2", "area_after_m2", "code", "x", "y",
)  # fmt: skip
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
        for name, frame, title in _layers(assessment, lang):
            for epsg, part in _by_crs(frame):
                layer = name if epsg is None else f"{name}_{epsg}"
                pyogrio.write_dataframe(
                    part,
                    path,
                    layer=layer,
                    driver="GPKG",
                    geometry_type="MultiPolygon",
                    promote_to_multi=True,
                    append=path.exists(),
                    layer_options={"DESCRIPTION": title, "GEOMETRY_NAME": "geom", "FID": "fid"},
                    dataset_options={"VERSION": "1.3"} if not path.exists() else None,
                )
                named[name, part.crs] = layer
                shown.add(layer, np.asarray(part.geometry.array, object))
                style = _style(name, signs.get(name), lang)
                at_once = name in signs or name in ("towns", "land_use", "planned_use")
                layers.append(GisLayer(layer, name, title, part.crs, style, at_once))
        _write_figures(assessment, path, named, lang=lang)
        write_styles(path, [(each.table, each.title, each.style) for each in layers], stamp)
        write_titles(path, [(each.table, each.title) for each in layers], lang)
        with closing(sqlite3.connect(path)) as file, file:
            write_record(file, assessment, shown, lang)
        _require_whole(path, len(layers))
        write_project(assessment, path.with_suffix(".qgz"), layers, lang=lang)


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
            _number(figure.net_m2),
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


Frames: TypeAlias = list[gpd.GeoDataFrame]
"""A layer's features, in as many frames as there are towns or CRSs."""


def _layers(assessment: Assessment, lang: str) -> Iterator[tuple[str, Frames, str]]:
    """Name, frames and title of every layer."""
    crs = assessment.towns[0].town.crs
    titles = {name: title.render(lang) for name, title in LAYERS.items()}
    yield "towns", _towns(assessment), titles["towns"]
    for name, spec in assessment.rulebook.measure.items():
        tables = [result.measures[name].table for result in assessment.towns if spec.layers]
        if tables:
            kept = [table for table in tables if len(table)] or tables[:1]
            yield name, list(_pieces(kept)), spec.title.render(lang)
    yield from _drawn(assessment, lang)
    yield (
        "repairs",
        list(_repairs(assessment, lang)) or [_empty(REPAIR_COLUMNS, crs)],
        LAYERS["repairs"].render(lang),
    )
    yield (
        "uncovered",
        _uncovered(assessment) or [_empty(("town", "role"), crs)],
        LAYERS["uncovered"].render(lang),
    )
    yield (
        "unplanned",
        _unplanned(assessment) or [_empty(("town", "area_m2"), crs)],
        LAYERS["unplanned"].render(lang),
    )
    if assessment.overlaps:
        yield "overlaps", [assessment.shared_land()], titles["overlaps"]


def _drawn(assessment: Assessment, lang: str) -> Iterator[tuple[str, Frames, str]]:
    """Name, frames and title of the layers that lie under the evidence where it is drawn.

    A measure that is called so keeps its name.
    """
    drawn = {
        "land_use": [(each.town.code, each.land) for each in assessment.towns],
        "planned_use": [(each.town.code, each.planned) for each in assessment.towns],
        "land_use_beside": [(each.town.code, each.around) for each in assessment.towns],
    }
    for name, frames in drawn.items():
        role = name.removesuffix("_beside")
        scheme = next((each.scheme for each in assessment.catalog.of_role(role)), None)
        group = legend.use_group if role == "planned_use" else legend.land_group
        known = scheme if isinstance(scheme, str) else None
        own = []
        for town, frame in frames:
            if frame is not None and len(frame):
                codes = zip(frame[f"{role}_code"], frame["three_class"], strict=True)
                own.append(_flat(frame, town, [group(*each, known) for each in codes]))
        taken = name in assessment.rulebook.measure
        if own:
            yield f"{name}_drawn" if taken else name, own, LAYERS[name].render(lang)


def _flat(frame: gpd.GeoDataFrame, town: str, groups: Sequence[str]) -> gpd.GeoDataFrame:
    """A frame that is drawn in columns that a GeoPackage can hold.

    Parameters
    ----------
    frame, town, groups
        The frame, its town, and the group of each of its pieces in the legend.
    """
    columns: dict[str, object] = {
        "class" if name == "class_name" else str(name): _cells(str(name), series.to_numpy())
        for name, series in frame.items()
        if name != frame.geometry.name
    }
    shapes = np.asarray(frame.geometry.array, object)
    columns = {"town": town, **columns, "drawn_as": groups}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=frame.crs))


def _towns(assessment: Assessment) -> Frames:
    """The boundaries, with their two areas."""
    return [
        gpd.GeoDataFrame(
            {
                "town": [result.town.code],
                "name": [result.town.name],
                "area_m2": [float(result.area_m2)],
                "area_check_m2": [float(result.area_check_m2)],
            },
            geometry=[result.town.boundary],
            crs=result.town.crs,
        )
        for result in assessment.towns
    ]


def _uncovered(assessment: Assessment) -> Frames:
    """What the layers of a role leave uncovered of a town."""
    return [
        gpd.GeoDataFrame(
            {"town": [result.town.code], "role": [role]}, geometry=[rest], crs=result.town.crs
        )
        for result in assessment.towns
        for role, rest in result.uncovered.items()
        if not rest.is_empty
    ]


def _unplanned(assessment: Assessment) -> Frames:
    """The land without a planned use of which the plan may yet say something, patch by patch."""
    frames = []
    for result in assessment.towns:
        patches = shapely.get_parts(result.unplanned)
        if len(patches):
            areas = geodesy.official_area_m2(patches, result.town.crs)
            known = {"town": result.town.code, "area_m2": [float(units.m2(area)) for area in areas]}
            frames.append(gpd.GeoDataFrame(known, geometry=list(patches), crs=result.town.crs))
    return frames


def _empty(columns: Sequence[str], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """A layer without features, so that who looks for it finds it."""
    blank = {
        name: pd.Series(dtype=float if name.endswith("_m2") or name in ("x", "y") else object)
        for name in columns
    }
    return gpd.GeoDataFrame(blank, geometry=[], crs=crs)


def _repairs(assessment: Assessment, lang: str) -> Iterator[gpd.GeoDataFrame]:
    for repair in assessment.repairs:
        if repair.geometry is not None and not repair.geometry.is_empty:
            yield gpd.GeoDataFrame(
                {
                    "layer": [repair.layer],
                    "feature": [repair.feature],
                    "problem": [render(repair.problem, lang)],
                    "action": [render(repair.action, lang)],
                    "area_before_m2": [float(repair.area_before_m2)],
                    "area_after_m2": [float(repair.area_after_m2)],
                    "code": [repair.code],
                    "x": [np.nan if repair.place is None else repair.place[0]],
                    "y": [np.nan if repair.place is None else repair.place[1]],
                },
                geometry=[repair.geometry],
                crs=repair.crs,
            )


def _pieces(tables: Sequence[PieceTable]) -> Iterator[gpd.GeoDataFrame]:
    """The pieces of a measure, a frame for each CRS, with columns that a GeoPackage can hold."""
    for crs in dict.fromkeys(table.crs for table in tables):
        own = [table for table in tables if table.crs == crs]
        flat: dict[str, npt.NDArray[np.generic]] = {
            PIECE: np.concatenate([np.arange(1, len(table) + 1) for table in own])
        }
        for name in dict.fromkeys(name for table in own for name in table.columns):
            values = np.concatenate([table.column(name) for table in own])
            flat["class" if name == "class_name" else name] = _cells(name, values)
        yield gpd.GeoDataFrame(
            flat, geometry=np.concatenate([table.geometry for table in own]), crs=crs
        )


def _cells(name: str, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """The values of a column of pieces as a GeoPackage can hold them."""
    if name in ("area_m2", "net_m2", "pm_m2"):
        return np.array([_number(value) for value in values], dtype=float)
    return values.astype(bool) if name == "sliver" else values


def _number(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def _by_crs(frames: Frames) -> Iterator[tuple[int | None, gpd.GeoDataFrame]]:
    """The frames of one CRS together; the EPSG code only where there are several CRSs."""
    known: dict[pyproj.CRS, Frames] = {}
    for frame in frames:
        known.setdefault(frame.crs, []).append(frame)
    for number, (crs, parts) in enumerate(known.items(), 1):
        together = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        yield None if len(known) == 1 else crs.to_epsg() or number, together


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
