"""The run folder: everything a check writes, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, Words, _, listed
from townland.output.folder import COMPARISON, MARK, FolderClaim, claimed, filled
from townland.reading.stages import stage

if TYPE_CHECKING:
    from townland.reading.layer import Input
    from townland.results import Assessment


CRATE = "ro-crate-metadata.json"
"""The file that describes the others; it is written anew with each of them."""


@dataclass(frozen=True, slots=True)
class HowWritten:
    """How an output is to be written.

    `lang` is its language; `beside` are the files that lie beside it, by the names of their writers.
    `font` is the file of the font, None where one is looked for, and `template` the bureau's own
    workbook or document, None for what is shipped. `short` asks for the short print. Of many towns
    `workers` processes write side by side, each an output.
    """

    lang: str = DEFAULT_LANGUAGE
    beside: Mapping[str, str] = field(default_factory=dict)
    font: Path | None = None
    template: Path | None = None
    short: bool = False
    workers: int = 1


Write: TypeAlias = "Callable[[Assessment, Path, HowWritten], None]"


@dataclass(frozen=True, slots=True)
class Writer:
    """One output of a check, which ``--formats`` may name.

    `file` is what it is called in the run folder, `title` what it holds, in words. `write` is called
    with the assessment, the file, and how it is to be written. Where `link` is given, the comparison of
    several runs links to the file with these words. A writer that is not a `default` is written only
    where it is named. `takes_font` says that it has letters of a font that may be named. `packages` are
    those of the extra ``documents`` that it needs, `further` the files that it writes besides `file`,
    each with what it holds. What is `located` tells where the land lies, and is not written of an
    assessment that is redacted; what is `last` is written when all other files are.
    """

    name: str
    file: str
    title: Words
    write: Write
    link: Words | None = None
    default: bool = True
    takes_font: bool = False
    packages: tuple[str, ...] = ()
    further: Mapping[str, Words] = field(default_factory=dict)
    located: bool = False
    last: bool = False

    @property
    def files(self) -> dict[str, Words]:
        """Every file that it writes, in words."""
        return {self.file: self.title, **self.further}


def made_in(place: str, **options: str) -> Write:
    """Give what writes a file by a function of a module of this room, imported when it writes.

    Parameters
    ----------
    place
        The module and the function, ``module:function``; it is called with the assessment, the file
        and ``lang``.
    options
        Further arguments of it, each with the field of `HowWritten` that it is given.
    """

    def write(assessment: Assessment, path: Path, asked: HowWritten) -> None:
        """Write the file.

        Parameters
        ----------
        assessment, path, asked
            As `Writer.write`.
        """
        module, _colon, function = place.partition(":")
        made_by = getattr(import_module(f"townland.writing.{module}"), function)
        given = {argument: getattr(asked, name) for argument, name in options.items()}
        made_by(assessment, path, lang=asked.lang, **given)

    return write


# What a writer imports is imported when it writes: the help of the command names the formats, and must
# not wait for any library of GIS.
WRITERS: tuple[Writer, ...] = (
    Writer(
        "html",
        "report.html",
        _("the report, with every finding and its clause"),
        made_in("report.html:write_report", beside="beside", short="short"),
        link=_("Open the report"),
    ),
    Writer(
        "map",
        "map.html",
        _("the map, with the evidence of every figure"),
        made_in("maps.page:write_map", beside="beside"),
        link=_("Open the map"),
    ),
    Writer(
        "gpkg",
        "evidence.gpkg",
        _("the evidence, for a GIS"),
        made_in("report.geopackage:write_evidence"),
        further={"evidence.qgz": _("the evidence as a QGIS project")},
        located=True,
    ),
    Writer(
        "xlsx",
        "report.xlsx",
        _("the tables to file and sign, with room for the reviewer's opinion"),
        made_in("template:write_tables", template="template"),
        default=False,
    ),
    Writer(
        "docx",
        "report.docx",
        _("the report as a document to go on writing in"),
        made_in("document_form:write_words", named="font", template="template"),
        default=False,
        takes_font=True,
        packages=("docxtpl", "typst"),
    ),
    Writer(
        "pdf",
        "report.pdf",
        _("the report to print and sign, with maps and tables"),
        made_in("papers.pdf:write_pdf", named="font"),
        default=False,
        takes_font=True,
        packages=("typst",),
    ),
    Writer(
        "csv",
        "findings.csv",
        _("the findings as a list"),
        made_in("exchange.lists:write_lists"),
        default=False,
        further={"patches.csv": _("every patch as a list")},
    ),
    Writer(
        "junit",
        "junit.xml",
        _("the findings as tests of a build server"),
        made_in("exchange.junit:write_junit"),
        default=False,
    ),
    Writer(
        "sarif",
        "findings.sarif",
        _("the findings in SARIF 2.1.0"),
        made_in("exchange.sarif:write_sarif"),
        default=False,
    ),
    Writer(
        "crate",
        CRATE,
        _("what the folder holds and was made from (RO-Crate)"),
        made_in("exchange.crate:write_crate"),
        default=False,
        last=True,
    ),
)
"""What ``--formats`` may name, one record an output; ``assessment.json`` is always written."""

JSON = "json"
"""What ``--formats`` may name besides: ``assessment.json``, which is always written."""

DEFAULT_FORMATS = tuple(writer.name for writer in WRITERS if writer.default)


def written(formats: Sequence[str]) -> tuple[Writer, ...]:
    """The writers that `formats` names, each once, in the order of the formats.

    Raises
    ------
    ReportError
        A format is not known.
    """
    require_formats(formats)
    by_name = {writer.name: writer for writer in WRITERS}
    return tuple(by_name[name] for name in dict.fromkeys(formats) if name != JSON)


def told_formats(formats: Sequence[str], *, redact: bool) -> tuple[str, ...]:
    """The formats that are written, of what is redacted those alone that tell no place.

    Raises
    ------
    ReportError
        A format is not known.
    """
    located = {writer.name for writer in written(formats) if writer.located}
    return tuple(name for name in formats if not (redact and name in located))


def files_written(formats: Sequence[str]) -> dict[str, Words]:
    """What lies in a run folder, by file, in words; ``assessment.json`` comes last."""
    files = {name: title for writer in written(formats) for name, title in writer.files.items()}
    return {**files, MARK: _("all of it, for programs")}


def names_written(formats: Sequence[str], *, several: bool) -> tuple[str, ...]:
    """The files that are known to be written before a check: of one run, or beside several."""
    if several:
        return COMPARISON, "comparison.html"
    return tuple(files_written(formats))


def write_run(
    assessment: Assessment,
    out: Path | str | FolderClaim,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = DEFAULT_LANGUAGE,
    font: Path | None = None,
    template: Path | None = None,
    workers: int = 1,
) -> Path:
    """Write the run folder `out`, whole or not at all; an older run folder is replaced.

    Parameters
    ----------
    assessment
        What `check` found.
    out
        The folder; it is new, empty, or an older run folder, of which everything is carried over that
        townland did not write.
    formats
        Names of `WRITERS`; ``assessment.json`` is written besides, and may be named as ``json``.
    lang
        The language of everything that is written.
    font
        The file of the font of the PDF; without one it is looked for.
    template
        The bureau's own workbook or document, filled in place of the one that is shipped.
    workers
        How many processes write the outputs of many towns.

    Returns
    -------
    The folder.

    Raises
    ------
    ReportError
        A format is not known; `out` exists and is no run folder, another process writes there, or
        somebody else's file has a name that is written; a file cannot be written.
    """
    require_formats(formats)
    with run_folder(out) as folder:
        write_outputs(
            assessment,
            folder,
            formats=formats,
            asked=HowWritten(lang, font=font, template=template, workers=workers),
        )
    return path_of(out)


def write_outputs(
    assessment: Assessment, folder: Path, *, formats: Sequence[str], asked: HowWritten
) -> None:
    """Write ``assessment.json`` and what `formats` names into an open run folder.

    Parameters
    ----------
    assessment
        What is written.
    folder
        The folder, which `run_folder` opened.
    formats
        Names of `WRITERS`.
    asked
        How it is written; what lies beside is what is written.
    """
    formats = told_formats(formats, redact=assessment.redacted)
    beside = {writer.name: writer.file for writer in written(formats)}
    asked = replace(asked, beside=beside)
    write_files(assessment, folder, formats, asked, last=False)
    from townland.writing.report.assessment_json import assessment_parts

    whole = folder / MARK
    with (
        stage(_("writing {file}", file=MARK)),
        whole.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(assessment_parts(assessment, lang=asked.lang))
    write_files(assessment, folder, formats, asked, last=True)


def write_files(
    assessment: Assessment,
    folder: Path,
    formats: Sequence[str],
    asked: HowWritten,
    *,
    last: bool,
) -> None:
    """Write what `formats` names into an open run folder, and not ``assessment.json``.

    Parameters
    ----------
    assessment, folder, formats
        As `write_outputs`.
    asked
        How it is written.
    last
        Whether what is written when all other files are, or those.
    """
    from townland.writing.pages.town_files import MANY

    chosen = [writer for writer in written(formats) if writer.last == last]
    if asked.workers > 1 and len(chosen) > 1 and len(assessment.towns) > MANY:
        from townland.writing.side_by_side import write_in_processes

        files = {folder / each.file: partial(_write_one, each.name, asked) for each in chosen}
        with stage(_("writing {file}", file=listed([writer.file for writer in chosen]))):
            write_in_processes(assessment, files, workers=asked.workers)
        return
    for writer in chosen:
        with stage(_("writing {file}", file=writer.file)):
            writer.write(assessment, folder / writer.file, asked)


def _write_one(name: str, asked: HowWritten, assessment: Assessment, path: Path) -> None:
    """Write an output by the name of its writer.

    Parameters
    ----------
    name, asked
        The writer, and how it writes.
    assessment, path
        What is written, and where.
    """
    (writer,) = (writer for writer in WRITERS if writer.name == name)
    writer.write(assessment, path, asked)


def moved_to(assessment: Assessment, folder: Path, out: Path) -> Assessment:
    """The assessment with its input paths where they will be once `folder` is renamed to `out`.

    Parameters
    ----------
    assessment
        A check of inputs that lie in `folder`.
    folder, out
        The folder while it is filled (`run_folder`), and what it will be called.
    """
    catalog = assessment.catalog.model_copy()
    catalog._path = out / catalog._path.relative_to(folder)

    def moved(read: Input) -> Input:
        path = read.path
        return (
            read
            if path is None
            else replace(read, path=path.replace(folder.as_posix(), out.as_posix(), 1))
        )

    towns = [
        replace(each, town=replace(each.town, input=moved(each.town.input)))
        for each in assessment.towns
    ]
    inputs = tuple(map(moved, assessment.inputs))
    return replace(assessment, catalog=catalog, inputs=inputs, towns=tuple(towns))


@contextmanager
def run_folder(out: Path | str | FolderClaim) -> Iterator[Path]:
    """A folder to fill, which becomes the run folder when the block ends without an error.

    `out` is the folder, or the claim on it of who tried it before a long check.

    Raises
    ------
    ReportError
        As `claimed` and `filled`.
    """
    if isinstance(out, FolderClaim):
        with filled(out) as folder:
            yield folder
    else:
        with claimed(Path(out)) as claim, filled(claim) as folder:
            yield folder


def path_of(out: Path | str | FolderClaim) -> Path:
    """The folder as it was named."""
    return out.out if isinstance(out, FolderClaim) else Path(out)


def known_formats() -> list[str]:
    """What ``--formats`` may name."""
    return [*(writer.name for writer in WRITERS), JSON]


def require_formats(formats: Sequence[str]) -> None:
    """Make sure that every format is known.

    Raises
    ------
    ReportError
        One is not.
    """
    known = known_formats()
    unknown = [name for name in formats if name not in known]
    if unknown:
        raise ReportError(
            _(
                "unknown format {unknown}; known are {known}",
                unknown=", ".join(unknown),
                known=", ".join(known),
            )
        )


def require_font(formats: Sequence[str], font: Path | None) -> None:
    """Make sure before a long check that the outputs that take a font have it, and their packages.

    Raises
    ------
    ReportError
        The file is no font, or none was found; a package is not installed.
    """
    for writer in written(formats):
        for package in writer.packages:
            if find_spec(package) is None:
                raise ReportError(
                    _("{format} needs the package {package}; install townland[documents], or leave"
                      " {format} out of --formats", format=writer.name, package=package)
                )  # fmt: skip
    if any(writer.takes_font for writer in written(formats)):
        from townland.writing.papers.fonts import font as opened

        opened(font)
