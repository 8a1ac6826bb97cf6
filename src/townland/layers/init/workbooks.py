"""The workbooks beside the layers of a folder: dossiers, or tables that a check does not read."""

from __future__ import annotations

from pathlib import Path

from townland.dossier.fields import dossier_fields
from townland.dossier.headings import field_of
from townland.errors import LayerError
from townland.i18n import Words, _
from townland.layers.init.items import FolderWorkbook
from townland.layers.init.walk import workbooks
from townland.reading.formats.points.workbook import workbook

_NAMES = ("code", "name")


def workbooks_below(folder: Path) -> tuple[FolderWorkbook, ...]:
    """Give the workbooks below a folder that are no layers, each with what it is there for."""
    return tuple(
        FolderWorkbook(path.relative_to(folder).as_posix(), _purpose(path))
        for path in workbooks(folder)
    )


def _purpose(path: Path) -> Words:
    """Say what a workbook is for, by the headings of its first sheet."""
    try:
        sheets = workbook(path, path.as_posix())
    except LayerError as problem:
        return _("cannot be read ({reason})", reason=problem.message)
    rows = [cells for _number, cells in sheets[0].rows if any(cells)] if sheets else []
    keys = {field_of(text) for text in rows[0] if text} if rows else set()
    fields = keys & set(dossier_fields())
    if fields & set(_NAMES) and fields - set(_NAMES):
        return _("dossiers of towns: give it to townland check with --dossier")
    return _("a table that is neither a layer nor dossiers; a check does not read it")
