"""``townland demo``: the sample of the demo county laid out, its towns checked, and where to look."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.i18n import _, displayed
from townland_cli import printing, streams
from townland_cli.loading import loading
from townland_cli.options import LANG, Lang, LogFile, Quiet, words
from townland_cli.summary import page

if TYPE_CHECKING:
    from townland.towns import Town

HELP = words("Lay out the demo county, check its four towns, and say where to look.")
EXAMPLE = words("Example: townland demo --out townland-out")

DAY = "2018-12-31"
"""The day on which the demo county's towns are checked: that of its land survey."""


def demo(
    out: Annotated[Path, typer.Option("--out", help=words("the folder to write"))] = Path(
        "townland-out"
    ),
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland demo`.

    Parameters
    ----------
    out, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    with loading():
        import townland as tl
        from townland.writing.run_folder import (
            DEFAULT_FORMATS,
            HowWritten,
            moved_to,
            run_folder,
            write_outputs,
        )

    with run_folder(out) as folder, printing.progress(lang, quiet=quiet) as progress:
        progress(_("copying the demo county"), 0, 1)
        county = lay_out(folder / "county")
        catalog = tl.load_catalog(county / "catalog.toml")
        rulebook = tl.load_rulebook("liuzhou-2018")
        assessment = tl.check(towns_of(county), catalog, rulebook, on=DAY, progress=progress)
        progress(_("writing {folder}", folder=out.as_posix()), 1, 1)
        moved = moved_to(assessment, folder, out)
        write_outputs(moved, folder, formats=DEFAULT_FORMATS, asked=HowWritten(lang))
    streams.stands(0)
    page(moved, out, DEFAULT_FORMATS, lang)
    printing.say(
        displayed(
            _(
                "The demo county is in {folder}; check it again with:\n  townland check"
                " {folder}/sample/towns.gpkg --code-column code --catalog {folder}/catalog.toml"
                " --on {day} {dossiers} --out my-run",
                folder=(out / "county").as_posix(),
                day=DAY,
                dossiers=" ".join(
                    f"--dossier {path.as_posix()}" for path in _dossiers(out / "county")
                ),
            ),
            lang,
        )
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
    import townland as tl

    file = county / "sample" / "towns.gpkg"
    towns = tl.read_towns(file, code_column="code", name_column="name")
    dossiers = [dossier for path in _dossiers(county) for dossier in tl.load_dossiers(path)]
    return tl.match_dossiers(towns, dossiers)


def _dossiers(county: Path) -> list[Path]:
    return sorted((county / "sample" / "dossiers").glob("*.toml"))
