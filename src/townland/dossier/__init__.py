"""A town's dossier: the facts that geometry cannot say, from a TOML file or a workbook.

Every field may be absent, which says that it is unknown; a rule that needs it then names it.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import chain
from pathlib import Path

from townland import documents
from townland.documents import values
from townland.dossier.model import UNSTATED, Dossier
from townland.dossier.plausible import implausible
from townland.dossier.template import empty_workbook
from townland.dossier.workbook import WORKBOOKS, read_workbook
from townland.errors import DossierError
from townland.i18n import Joined, Words, _

__all__ = [
    "OTHER_WORKBOOKS",
    "UNSTATED",
    "WORKBOOKS",
    "Dossier",
    "dossier_faults",
    "empty_dossier",
    "empty_workbook",
    "implausible",
    "load_dossier",
    "load_dossiers",
]


OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".et", ".csv")
"""Endings of workbooks that are not read, of older programs and of WPS."""


def load_dossier(path: Path | str) -> Dossier:
    """Read a town's dossier (TOML); what it leaves out is None.

    Raises
    ------
    DossierError
        The file is missing or is no dossier: every error at once, with line and key.
    """
    dossier, _sha256 = documents.load(Path(path), Dossier, DossierError)
    return dossier


def load_dossiers(path: Path | str) -> tuple[Dossier, ...]:
    """Read the dossiers of a file, one of a TOML file, one for each town of a workbook; or of a folder.

    Of a folder all its TOML files and workbooks are read, in the order of their names.

    Raises
    ------
    DossierError
        The file cannot be read, or has faults: every one at once, with its place.
    """
    path = Path(path)
    if path.is_dir():
        known = [each for each in sorted(path.iterdir()) if _is_dossier(each)]
        if not known:
            raise DossierError(
                _(
                    "{path}: no dossier is in this folder, neither .toml nor {workbooks}",
                    path=path.as_posix(),
                    workbooks=", ".join(WORKBOOKS),
                )
            )
        return tuple(chain.from_iterable(load_dossiers(each) for each in known))
    if path.suffix.lower() in WORKBOOKS:
        return read_workbook(path)
    if path.suffix.lower() in OTHER_WORKBOOKS:
        raise DossierError(
            _("{path}: workbooks of the kind {suffix} are not read as dossiers; save it as .xlsx",
              path=path.as_posix(), suffix=path.suffix)
        )  # fmt: skip
    return (load_dossier(path),)


def _is_dossier(path: Path) -> bool:
    """Whether a file may hold dossiers; what a spreadsheet program has open is none (``~$…``)."""
    known = path.suffix.lower() in (".toml", *WORKBOOKS)
    return known and path.is_file() and not path.name.startswith(("~$", "."))


def dossier_faults(path: Path | str) -> tuple[Words, ...]:
    """Give every fault of a file of dossiers, with its place; none where it can be used.

    Raises
    ------
    DossierError
        The file cannot be read at all.
    """
    try:
        load_dossiers(path)
    except DossierError as problem:
        if isinstance(problem.message, Joined):  # the faults of a document that could be read
            return tuple(part for part in problem.message.parts if not isinstance(part, str))
        raise
    return ()


def empty_dossier(code: str = "", name: str = "") -> str:
    """Give a TOML with every field of a dossier, commented and empty, to be filled in.

    With a town's `name` its code and its name are filled in.
    """
    text = (files("townland") / "dossier" / "empty.toml").read_text("utf-8")
    if not name:
        return text
    stated = {"code": code, "name": name}
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        key = line.removeprefix("# ").partition(" = ")[0]
        if key in stated:
            lines[at] = f"{key} = {values.toml(stated.pop(key))}\n"
    return "".join(lines)
