"""Convert one boundary file to another: read, write beside the target, rename; all or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from townland.conversion import coordinate_text, dxf, geojson, kml, ogr, points_table
from townland.conversion.table import PolygonTable, read_table
from townland.errors import ReportError, TownlandError
from townland.geodesy import crs as crsys
from townland.i18n import _
from townland.issues import Issue

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
    to_crs: str | None = None,
    to_encoding: str | None = None,
    leave_out: Collection[str] = (),
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
    layer, crs, encoding
        Which layer is read, and what the user states in place of what the file says.
    to_crs
        The CRS to write in.
    to_encoding
        The encoding of the text of a Shapefile or a drawing: UTF-8 (by default) or GB18030; of a TXT
        GB18030 by default.
    leave_out
        Columns that are not copied, in any case of letters.

    Raises
    ------
    LayerError
        The file cannot be read, or holds no polygon.
    CRSError
        A CRS is missing, unknown or refused, or cannot be written in the format.
    ReportError
        `out` exists, its suffix is not known, or it cannot be written; nothing was.
    """
    target = Path(out)
    suffix = target.suffix.lower()
    _require_target(target, suffix, to_encoding)
    unwanted = {name.lower() for name in leave_out}
    table, issues = read_table(
        source,
        layer=layer,
        crs=crs,
        encoding=encoding,
        hidden=lambda name: name.lower() in unwanted,
    )
    if to_crs is not None:
        wanted, notes = crsys.normalise(to_crs, place="--to-crs")
        table = replace(
            table, geometry=crsys.reproject(table.geometry, table.crs, wanted), crs=wanted
        )
        issues = (*issues, *notes)
    options = {"encoding": to_encoding} if suffix in ENCODED else {}
    written, lost = _write(table, target, partial(WRITERS[suffix], **options))
    used = crsys.LONLAT if suffix == ".kml" else table.crs
    return Conversion(written, len(table), crsys.describe(used), (*issues, *lost))


def _require_target(target: Path, suffix: str, encoding: str | None) -> None:
    """Make sure that the file to write is new, of a known format, and in a folder that exists.

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
    # a Shapefile is several files, and none of them may be written over
    names = [target.with_suffix(end) for end in ogr.SHAPEFILE] if suffix == ".shp" else [target]
    for name in names:
        if name.exists() or name.is_symlink():
            raise ReportError(
                _(
                    "{path}: exists, and is left as it is; delete it, or give another name",
                    path=name.as_posix(),
                )
            )
    if not target.parent.is_dir():
        raise ReportError(
            _("{path}: there is no such folder; make it first", path=target.parent.as_posix())
        )


def _write(
    table: PolygonTable, target: Path, writer: Callable[[PolygonTable, Path], list[Issue]]
) -> tuple[tuple[Path, ...], list[Issue]]:
    """Write into a folder beside the target, then rename; the file that names the rest comes last.

    Parameters
    ----------
    table
        What is written.
    target
        The file that names the result.
    writer
        Writes the table to a file, and gives what was lost.
    """
    folder = target.with_name(target.name + ".partial")
    try:
        folder.mkdir()
    except FileExistsError:
        raise ReportError(
            _(
                "{path}: is in the way, left by another process or by one that was killed; delete it",
                path=folder.as_posix(),
            )
        ) from None
    except OSError as problem:
        raise _unwritable(target, problem) from problem
    moved: list[Path] = []
    try:
        issues = writer(table, folder / target.name)
        for made in sorted(folder.iterdir(), key=lambda path: path.suffix == target.suffix):
            made.rename(target.with_name(made.name))
            moved.append(target.with_name(made.name))
    except BaseException as problem:
        for path in moved:
            path.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise _unwritable(target, problem) from problem
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return tuple(moved), issues


def _unwritable(target: Path, problem: OSError) -> TownlandError:
    return ReportError(
        _(
            "{path}: cannot be written ({reason}); nothing was written",
            path=target.as_posix(),
            reason=problem.strerror or problem,
        )
    )
