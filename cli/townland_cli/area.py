"""``townland area``: the official area of every polygon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.i18n import _, displayed, one_line
from townland_cli import paging, printing
from townland_cli.loading import loading
from townland_cli.options import (
    LANG,
    AcceptRepair,
    AsJson,
    Columns,
    Crs,
    Encoding,
    Lang,
    Layer,
    LogFile,
    Quiet,
    Verbose,
    chosen_columns,
    words,
)

if TYPE_CHECKING:
    from townland.measuring.official import PolygonArea
    from townland.measuring.prepare import Repair

HELP = words("Print the official ellipsoid area of every polygon of the files.")
EXAMPLE = words("Example: townland area layers/sample/towns.gpkg")


def area(
    file: Annotated[list[Path], typer.Argument(help=words("files with polygons"))],
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    columns: Columns = None,
    accept_repair: AcceptRepair = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland area`.

    Parameters
    ----------
    file, layer, crs, encoding, columns, accept_repair, as_json, verbose, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    with loading():
        from townland.measuring.official import polygon_areas

    rows = polygon_areas(
        file,
        layer=layer,
        crs=crs,
        encoding=encoding,
        columns=chosen_columns(columns),
        accept_repairs=accept_repair or [],
    )
    if as_json:
        printing.document([_document(row, lang) for row in rows])
        return
    notes = [paging.block(line) for line in _notes(rows, lang)]
    table = list(_table(rows, lang))
    # a page for some polygons; of many each is a line, and the notes are a page
    above = table if len(rows) <= paging.FEW else []
    for line in table[len(above) :]:
        printing.say(line)
    paging.print_page(above, notes, lang=lang, verbose=verbose)


def _table(rows: Sequence[PolygonArea], lang: str) -> Iterator[str]:
    head = (
        _("file"), _("name"), _("CRS"), _("official area (m²)"), _("ha"), _("mu"),
        _("on the plane (m²)"),
    )  # fmt: skip
    return printing.table_lines(
        [
            (row.file, row.name, row.crs, row.area_m2, row.ha, row.mu,
             "-" if row.plane_m2 is None else row.plane_m2)
            for row in rows
        ],
        [displayed(each, lang) for each in head],
    )  # fmt: skip


def _notes(rows: Sequence[PolygonArea], lang: str) -> Iterator[str]:
    """What was assumed in reading, once a file, the gravest first, and every repair."""
    issues = dict.fromkeys((row.file, issue) for row in rows for issue in row.issues)
    gravest = list(printing.SEVERITIES)[::-1]
    for file, issue in sorted(issues, key=lambda each: gravest.index(each[1].severity)):
        severity = displayed(printing.SEVERITIES[issue.severity], lang)
        shown = one_line(file or "", printing.PATH)
        yield f"{severity}  {shown}  {displayed(issue.message, lang)}"
    for row, repair in [(each, repair) for each in rows for repair in each.repairs]:
        yield (
            displayed(
                _(
                    "{file}, {name}: mended ({problem}), from {before} m² to {after} m²",
                    file=row.file,
                    name=row.name,
                    problem=repair.problem,
                    before=repair.area_before_m2,
                    after=repair.area_after_m2,
                ),
                lang,
            )
        )


def _document(row: PolygonArea, lang: str) -> dict[str, object]:
    document: dict[str, object] = {
        "file": row.file,
        "layer": row.layer,
        "feature": row.feature,
        "name": row.name,
        "crs": row.crs,
        "area_m2": float(row.area_m2),
        "area_check_m2": float(row.area_check_m2),
        "plane_m2": None if row.plane_m2 is None else float(row.plane_m2),
        "ha": float(row.ha),
        "mu": float(row.mu),
    }
    if row.issues:
        document["issues"] = [printing.issue(issue, lang) for issue in row.issues]
    if row.repairs:
        document["repairs"] = [_repair(repair) for repair in row.repairs]
    return document


def _repair(repair: Repair) -> dict[str, object]:
    return {
        "code": repair.code,
        "place": None if repair.place is None else list(repair.place),
        "area_before_m2": float(repair.area_before_m2),
        "area_after_m2": float(repair.area_after_m2),
        "accepted": repair.accepted,
    }
