"""``evidence.qgz``: a QGIS project that shows the evidence as report and map do, a group a town.

A project is XML in a zip (https://docs.qgis.org, *QGIS File Formats*). Its paths are relative, so that
the run folder may lie anywhere; the layers are those of ``evidence.gpkg``, filtered by town.
"""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

import numpy as np
import pyproj

from townland.geodesy import crs as crs_room
from townland.i18n import _, plain_text, render
from townland.results import Assessment
from townland.writing.pages.town_files import MANY
from townland.writing.report.gis_words import aliases

VERSION = "3.22.0"
"""The long-term release whose form is written; later ones read it."""

PROJECT = "evidence.qgs"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)
UNDER = ("planned_use", "land_use", "land_use_beside")
"""Layers that lie under the evidence, from the top down."""


@dataclass(frozen=True, slots=True)
class GisLayer:
    """A layer as a GIS shows it: its table, what it is of, its title, its CRS and its style in QML.

    What is not `shown` is listed, and drawn when it is asked for.
    """

    table: str
    name: str
    title: str
    crs: pyproj.CRS
    style: str
    shown: bool


def write_project(
    assessment: Assessment, path: Path, layers: Sequence[GisLayer], *, lang: str
) -> None:
    """Write the project beside the evidence.

    Parameters
    ----------
    assessment
        What is shown.
    path
        The file; ``evidence.gpkg`` lies beside it.
    layers
        The layers of the evidence.
    lang
        The language of names.
    """
    evidence = path.with_suffix(".gpkg")
    with closing(sqlite3.connect(evidence)) as file:
        root = _Project(file, evidence.name, assessment, lang).xml(layers)
    ET.indent(root)
    text = DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"
    with zipfile.ZipFile(path, "w") as project:
        member = zipfile.ZipInfo(PROJECT, _EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        project.writestr(member, text)


class _Project:
    """Puts a project together, the tree of layers and the layers side by side."""

    def __init__(
        self, file: sqlite3.Connection, source: str, assessment: Assessment, lang: str
    ) -> None:
        """Begin a project without layers.

        Parameters
        ----------
        file, source
            The evidence, and what it is called.
        assessment, lang
            What is shown, and the language of names.
        """
        self._file, self._source, self._lang = file, source, lang
        self._assessment = assessment
        self._layers = ET.Element("projectlayers")
        self._order = ET.Element("layerorder")

    def xml(self, layers: Sequence[GisLayer]) -> ET.Element:
        """The project of all layers."""
        crs = self._assessment.towns[0].town.crs
        root = ET.Element("qgis", projectname=self._title, version=VERSION)
        ET.SubElement(root, "title").text = self._title
        _add_crs(ET.SubElement(root, "projectCrs"), crs)
        tree = ET.SubElement(root, "layer-tree-group")
        self._fill(tree, layers)
        canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
        ET.SubElement(canvas, "units").text = "degrees" if crs.is_geographic else "meters"
        _add_extent(canvas, self._extent(crs))
        ET.SubElement(canvas, "rotation").text = "0"
        _add_crs(ET.SubElement(canvas, "destinationsrs"), crs)
        root.extend((self._layers, self._order))
        paths = ET.SubElement(ET.SubElement(root, "properties"), "Paths")
        ET.SubElement(paths, "Absolute", type="bool").text = "false"
        return root

    @property
    def _title(self) -> str:
        title = _("{title}, {on}", title=self._assessment.rulebook.title, on=self._assessment.on)
        return plain_text(title.render(self._lang))

    def _extent(self, crs: pyproj.CRS) -> tuple[float, float, float, float]:
        bounds = np.array(
            [
                crs_room.transform_bounds(each.town.boundary.bounds, each.town.crs, crs)
                for each in self._assessment.towns
            ]
        )
        west, south = bounds[:, :2].min(axis=0).tolist()
        east, north = bounds[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def _fill(self, tree: ET.Element, layers: Sequence[GisLayer]) -> None:
        """Group the layers by town; those that belong to no town, and pictures, stand by themselves."""
        towns = self._assessment.towns if len(self._assessment.towns) <= MANY else ()
        joint = [each for each in layers if not towns or not self._towns(each)]
        for result in towns:
            code = result.town.code
            group = _group(tree, plain_text(f"{code} {result.town.name}"))
            own = [each for each in layers if code in self._towns(each)]
            for layer in sorted(own, key=_depth):
                self._add(group, layer, code)
        for layer in sorted(joint, key=_depth):
            self._add(tree, layer, None)
        pictures = self._file.execute(
            "SELECT table_name, identifier FROM gpkg_contents WHERE data_type = 'tiles'"
        ).fetchall()
        if pictures:
            group = _group(tree, render(_("Behind the map"), self._lang))
            for table, title in pictures:
                self._add_picture(group, str(table), str(title))

    def _towns(self, layer: GisLayer) -> frozenset[str]:
        """The towns that have features in a layer; none where it has no column of towns."""
        quoted = layer.table.replace('"', '""')
        columns = self._file.execute("SELECT name FROM pragma_table_info(?)", (layer.table,))
        if ("town",) not in columns.fetchall():
            return frozenset()
        select = f'SELECT DISTINCT town FROM "{quoted}"'  # noqa: S608 - quoted
        return frozenset(str(town) for (town,) in self._file.execute(select))

    def _add(self, group: ET.Element, layer: GisLayer, town: str | None) -> None:
        """Add a layer to a group, of one town or of all.

        Parameters
        ----------
        group, layer
            The group, and the layer.
        town
            The town's code.
        """
        source = f"./{self._source}|layername={layer.table}"
        if town is not None:
            value = town.replace("'", "''")
            source += f"|subset=\"town\" = '{value}'"
        made = self._layer(group, layer.title, source, "ogr", shown=layer.shown)
        made.set("type", "vector")
        made.set("geometry", "Polygon")
        made.set("wkbType", "MultiPolygon")
        _add_crs(ET.SubElement(made, "srs"), layer.crs)
        ET.SubElement(made, "provider", encoding="UTF-8").text = "ogr"
        start = layer.style.index("<renderer-v2")
        stop = layer.style.index("</renderer-v2>") + len("</renderer-v2>")
        made.append(ET.fromstring(layer.style[start:stop]))  # noqa: S314 - townland's own
        names = ET.SubElement(made, "aliases")
        for at, (column, title) in enumerate(aliases(self._file, layer.table, self._lang).items()):
            ET.SubElement(names, "alias", index=str(at), field=column, name=title)

    def _add_picture(self, group: ET.Element, table: str, title: str) -> None:
        """Add a picture behind the map.

        Parameters
        ----------
        group
            The group.
        table, title
            The picture's table, and what it is called.
        """
        source = f"GPKG:./{self._source}:{table}"
        made = self._layer(group, title, source, "gdal", shown=False)
        made.set("type", "raster")
        _add_crs(ET.SubElement(made, "srs"), pyproj.CRS(3857))
        ET.SubElement(made, "provider").text = "gdal"

    def _layer(
        self, group: ET.Element, title: str, source: str, provider: str, *, shown: bool
    ) -> ET.Element:
        """A layer in the tree and among the layers, known by one id.

        Parameters
        ----------
        group
            The group in the tree.
        title, source
            What it is called, and where it lies.
        provider
            What of QGIS reads it.
        shown
            Whether it is drawn at once.
        """
        name, title = f"layer_{len(self._layers) + 1}", plain_text(title)
        checked = "Qt::Checked" if shown else "Qt::Unchecked"
        ET.SubElement(
            group, "layer-tree-layer",
            {"id": name, "name": title, "source": source, "providerKey": provider,
             "checked": checked, "expanded": "0"},
        )  # fmt: skip
        ET.SubElement(self._order, "layer", id=name)
        made = ET.SubElement(self._layers, "maplayer")
        for tag, text in (("id", name), ("datasource", source), ("layername", title)):
            ET.SubElement(made, tag).text = text
        return made


def _depth(layer: GisLayer) -> int:
    """How deep a layer lies: boundaries at the top, evidence, then the land."""
    if layer.name in UNDER:
        return 2 + UNDER.index(layer.name)
    return int(layer.name != "towns")


def _group(tree: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(tree, "layer-tree-group", name=name, checked="Qt::Checked", expanded="1")


def _add_extent(element: ET.Element, bounds: Sequence[float]) -> None:
    extent = ET.SubElement(element, "extent")
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        ET.SubElement(extent, tag).text = repr(float(value))


def _add_crs(element: ET.Element, crs: pyproj.CRS) -> None:
    """State a CRS as QGIS does: by its WKT, and by its number where it has one."""
    code = crs.to_epsg()
    told = {
        "wkt": crs.to_wkt(),
        "proj4": "",
        "srsid": "0",
        "srid": str(code or 0),
        "authid": f"EPSG:{code}" if code else "",
        "description": crs.name,
        "projectionacronym": "",
        "ellipsoidacronym": "",
        "geographicflag": "true" if crs.is_geographic else "false",
    }
    system = ET.SubElement(element, "spatialrefsys", nativeFormat="Wkt")
    for tag, text in told.items():
        ET.SubElement(system, tag).text = text


def categories_qml(column: str, entries: Mapping[str, tuple[str, str]]) -> str:
    """A QGIS style: each value of a column with its title and its fill.

    Parameters
    ----------
    column
        The column.
    entries
        Title and colour of each value.
    """
    rows = "".join(
        f'<category value={quoteattr(value)} symbol="{at}" label={quoteattr(title)} render="true"/>'
        for at, (value, (title, _colour)) in enumerate(entries.items())
    )
    symbols = "".join(
        f'<symbol type="fill" name="{at}" alpha="1"><layer class="SimpleFill"><Option type="Map">'
        f'<Option type="QString" name="color" value="{_rgba(colour)}"/>'
        '<Option type="QString" name="style" value="solid"/>'
        '<Option type="QString" name="outline_color" value="255,255,255,255"/>'
        '<Option type="QString" name="outline_style" value="solid"/>'
        '<Option type="QString" name="outline_width" value="0.1"/>'
        '<Option type="QString" name="outline_width_unit" value="MM"/>'
        "</Option></layer></symbol>"
        for at, (_title, colour) in enumerate(entries.values())
    )
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        f'<qgis version="{VERSION}" styleCategories="Symbology">'
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)}>'
        f"<categories>{rows}</categories><symbols>{symbols}</symbols></renderer-v2></qgis>"
    )


def _rgba(colour: str) -> str:
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])
