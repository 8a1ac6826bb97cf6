"""``townland demo``: the sample of the demo county laid out, checked, and said where to look."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import typer

from townland.assessment import check
from townland.catalog import load_catalog
from townland.dossier import load_dossiers, match_dossiers
from townland.i18n import _
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, read_towns
from townland.writing.run_folder import DEFAULT_FORMATS, run_folder, write_outputs
from townland_cli import printing
from townland_cli.check import summary

DAY = dt.date(2018, 12, 31)
"""The day of the demo's survey and of its law."""


def run_demo(out: Path, *, lang: str, quiet: bool) -> None:
    """Lay the demo county out in `out`, check its towns, and say where to look.

    Parameters
    ----------
    out
        The run folder; the county comes to lie in its folder ``county``.
    lang
        The reader's language, ``zh`` or ``en``.
    quiet
        Whether progress stays unprinted.
    """
    with run_folder(out) as folder, printing.progress(lang, quiet=quiet) as tell:
        tell(_("copying the demo county"), 0, 1)
        county = lay_out(folder / "county")
        layers, law = load_catalog(county / "catalog.toml"), load_rulebook("liuzhou-2018")
        assessment = check(towns_of(county), layers, law, on=DAY, progress=tell)
        tell(_("writing {folder}", folder=out.as_posix()), 1, 1)
        moved = moved_to(assessment, folder, out)
        write_outputs(moved, folder, formats=DEFAULT_FORMATS, lang=lang)
    summary(assessment, out, DEFAULT_FORMATS, lang)
    typer.echo(
        _(
            "The demo county is in {folder}; check it again with:\n  townland check"
            " {folder}/sample/towns.gpkg --code-column code --catalog {folder}/catalog.toml --on {day}"
            " --out my-run",
            folder=(out / "county").as_posix(),
            day=DAY.isoformat(),
        ).render(lang)
    )


def carried() -> Path:
    """Give the folder of the demo county's ``catalog.toml`` and ``sample``.

    A wheel carries it beside this file; a checkout of the repository has it as ``layers``.
    """
    beside = Path(__file__).parent / "county"
    return beside if beside.is_dir() else Path(__file__).parents[2] / "layers"


def lay_out(folder: Path) -> Path:
    """Copy the demo county into a folder that is made for it."""
    shutil.copytree(carried() / "sample", folder / "sample", copy_function=shutil.copyfile)
    shutil.copyfile(carried() / "catalog.toml", folder / "catalog.toml")
    return folder


def towns_of(county: Path) -> tuple[Town, ...]:
    """Read the four towns of the county with their dossiers."""
    sample = county / "sample"
    towns = read_towns([sample / "towns.gpkg"], code_column="code", name_column="name")
    files = sorted((sample / "dossiers").glob("*.toml"))
    return match_dossiers(towns, [dossier for path in files for dossier in load_dossiers(path)])


def moved_to(assessment: Assessment, folder: Path, out: Path) -> Assessment:
    """Give the assessment with its paths where they will be once the folder has its name.

    Parameters
    ----------
    assessment
        What was found, its inputs below `folder`.
    folder
        The folder that is being filled.
    out
        The folder that it becomes.
    """
    catalog = assessment.catalog.model_copy()
    catalog._path = out / catalog._path.relative_to(folder)
    inputs = [
        read
        if read.path is None
        else replace(read, path=read.path.replace(folder.as_posix(), out.as_posix(), 1))
        for read in assessment.inputs
    ]
    return replace(assessment, catalog=catalog, inputs=tuple(inputs))
