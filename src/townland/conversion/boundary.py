"""Convert one boundary file to another: read, write beside the target, rename; all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from townland.conversion import coordinate_text, dxf, geojson, kml, ogr, points_table
from townland.conversion.table import PolygonTable, read_table
from townland.conversion.text_template import PLAIN, TextTemplate, single_plots
from townland.errors import ReportError
from townland.geodesy import crs as crsys
from townland.i18n import _
from townland.issues import Issue
from townland.output.beside import beside, require_free

WRITERS: dict[str, Callable[..., list[Issue]]] = {
    ".shp": ogr.write_shapefile,
    ".gpkg": ogr.write_geopackage,
    ".geojson": geojson.write_geojson,
    ".json": geojson.write_geojson,
    ".kml": kml.write_kml,
    ".dxf": dxf.write_dxf,
    ".txt": coordinate_text.write_text,
    ".xlsx": points_table.write_points,
}
"""How each suffix is written: by a function ``(table, path)`` that gives what was assumed or lost."""

ENCODED = (".shp", ".dxf", ".txt")
"""Those whose text may be in more than one encoding; their function takes ``encoding``, too."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was written: the files, how many features in which CRS, and what was assumed or lost."""

    written: tuple[Path, ...]
    features: int
    crs: str
    issues: tuple[Issue, ...]


def convert(
    source: Path | str,
    out: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    to_crs: str | None = None,
    to_encoding: str | None = None,
    leave_out: Collection[str] = (),
    template: TextTemplate = PLAIN,
) -> Conversion:
    """Write the polygons of a boundary file in the format that the suffix of `out` names.

    Coordinates stay as they are, in the CRS of the file, unless `to_crs` is given or the format is KML,
    which is in degrees; then edges are divided every 20 m, so that they stay where they were.

    Parameters
    ----------
    source
        A boundary file in any format that is read.
    out
        The file to write; it must not exist.
    layer, crs, encoding, columns
        Which layer is read, and what the user states in place of what the file says.
    to_crs
        The CRS to write in.
    to_encoding
        The encoding of the text of a Shapefile or a drawing: UTF-8 (by default) or GB18030; of a TXT
        GB18030 by default.
    leave_out
        Columns that are not copied, in any case of letters.
    template
        How a TXT is written; with a file a plot, ``OUT.txt`` becomes ``OUT.1.txt``, ``OUT.2.txt`` ….

    Raises
    ------
    LayerError
        The file cannot be read, or holds no polygon.
    CRSError
        A CRS is missing, unknown or refused, or cannot be written in the format.
    GeometryError
        A vertex lies where the CRS has no land, or is no number.
    ReportError
        `out` exists, its suffix is not known, or it cannot be written; nothing was.
    """
    target = Path(out)
    suffix = target.suffix.lower()
    names = ogr.SHAPEFILE if suffix == ".shp" else (suffix,)
    _require_format(target, suffix, to_encoding)
    _require_text(template, suffix)
    with beside(target, tuple(names)) as new:
        unwanted = {name.lower() for name in leave_out}
        table, issues = read_table(
            source,
            layer=layer,
            crs=crs,
            encoding=encoding,
            columns=columns,
            hidden=lambda name: name.lower() in unwanted,
        )
        if to_crs is not None:
            wanted, notes = crsys.normalise(to_crs, place="--to-crs")
            table = replace(
                table, geometry=crsys.reproject(table.geometry, table.crs, wanted), crs=wanted
            )
            issues = (*issues, *notes)
        options: dict[str, object] = {"encoding": to_encoding} if suffix in ENCODED else {}
        if template != PLAIN:
            options["template"] = template
        if template.single:
            endings = (suffix, *(f".{at}{suffix}" for at in range(1, len(table) + 1)))
            new = replace(new, endings=endings)
            require_free(new)
        with new.filled() as file:
            if template.single:
                lost = _write_single(table, file, options)
            else:
                lost = WRITERS[suffix](table, file, **options)
        used = crsys.LONLAT if suffix == ".kml" else table.crs
        return Conversion(new.written(), len(table), crsys.describe(used), (*issues, *lost))


def _write_single(table: PolygonTable, file: Path, options: Mapping[str, object]) -> list[Issue]:
    """Write each plot of a table as a text of its own; what was lost, once each.

    Parameters
    ----------
    table
        What is written.
    file
        The file whose name the others begin with.
    options
        Those of the writer.
    """
    issues: list[Issue] = []
    for at, plot in enumerate(single_plots(table), 1):
        own = file.with_suffix(f".{at}{file.suffix}")
        issues += WRITERS[file.suffix.lower()](plot, own, first=at, **options)
    return list(dict.fromkeys(issues))


def _require_text(template: TextTemplate, suffix: str) -> None:
    """Make sure that a template is asked for a text alone."""
    if template != PLAIN and suffix != ".txt":
        raise ReportError(
            _("--template is for TXT alone, and the file to write ends in {suffix}", suffix=suffix)
        )


def _require_format(target: Path, suffix: str, encoding: str | None) -> None:
    """Make sure that the file to write is of a known format, and its encoding one of that.

    Parameters
    ----------
    target
        The file to write.
    suffix
        Its suffix in small letters, which names the format.
    encoding
        The encoding that was asked for; None for the format's own.
    """
    if suffix not in WRITERS:
        raise ReportError(
            _(
                "{path}: the format is told by the suffix; known are {suffixes}",
                path=target.as_posix(),
                suffixes=", ".join(WRITERS),
            )
        )
    if encoding is not None and (suffix not in ENCODED or ogr.encoding_named(encoding) is None):
        raise ReportError(
            _(
                "--to-encoding {encoding}: expected UTF-8 or GB18030, and one of the formats"
                " {suffixes}; the others are always UTF-8",
                encoding=encoding,
                suffixes=", ".join(ENCODED),
            )
        )
