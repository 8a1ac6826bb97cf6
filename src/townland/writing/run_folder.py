"""The run folder: everything a check writes, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, Words, _
from townland.output.folder import COMPARISON, MARK, FolderClaim, claimed, filled
from townland.reading.stages import stage

if TYPE_CHECKING:
    from townland.results import Assessment

Write: TypeAlias = "Callable[[Assessment, Path, str, Mapping[str, str]], None]"


@dataclass(frozen=True, slots=True)
class Writer:
    """One output of a check, which ``--formats`` may name.

    `file` is what it is called in the run folder, `title` what it holds, in words. `write` is called
    with the assessment, the file, the language, and the files of the other outputs that are written
    beside it, by the names of their writers. Where `link` is given, the comparison of several runs links
    to the file with these words. A writer that is not a `default` is written only where it is named.
    Where it takes a font, `by_font` gives the `write` that uses the font of a file; `by_template`
    that which fills a bureau's own file. `packages` are those of the extra ``documents`` that it needs,
    `further` the files that it writes besides `file`.
    """

    name: str
    file: str
    title: Words
    write: Write
    link: Words | None = None
    default: bool = True
    by_font: Callable[[Path], Write] | None = None
    by_template: Callable[[Path], Write] | None = None
    packages: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def _html(assessment: Assessment, path: Path, lang: str, beside: Mapping[str, str]) -> None:
    """Write the report; it shows the map that lies beside it. Of many towns each has a page of its own.

    Parameters
    ----------
    assessment, path, lang, beside
        As `Writer.write`.
    """
    from townland.writing.report.html import report_files

    for name, text in report_files(assessment, lang=lang, has_map="map" in beside):
        _write(path.parent / name, text)


def _map(assessment: Assessment, path: Path, lang: str, beside: Mapping[str, str]) -> None:
    """Write the map; its findings lead to the report beside it. Of many towns each has its own.

    Parameters
    ----------
    assessment, path, lang, beside
        As `Writer.write`.
    """
    from townland.writing.maps.page import map_files

    for name, text in map_files(assessment, lang=lang, has_report="html" in beside):
        _write(path.parent / name, text)


def _gpkg(assessment: Assessment, path: Path, lang: str, _beside: Mapping[str, str]) -> None:
    """Write the evidence.

    Parameters
    ----------
    assessment, path, lang, _beside
        As `Writer.write`.
    """
    from townland.writing.report.geopackage import write_evidence

    write_evidence(assessment, path, lang=lang)


def _xlsx(template: Path | None = None) -> Write:
    """Give what writes the workbook, or fills the one of a bureau."""

    def write(assessment: Assessment, path: Path, lang: str, _beside: Mapping[str, str]) -> None:
        """Write the workbook.

        Parameters
        ----------
        assessment, path, lang, _beside
            As `Writer.write`.
        """
        if template is not None:
            from townland.writing.template import fill_template

            fill_template(assessment, template, path, lang=lang)
            return
        from townland.writing.workbook import write_workbook

        write_workbook(assessment, path, lang=lang)

    return write


def _pdf(font: Path | None = None) -> Write:
    """Give what writes the PDF in the font of a file, or in one that is found."""

    def write(assessment: Assessment, path: Path, lang: str, _beside: Mapping[str, str]) -> None:
        """Write the PDF.

        Parameters
        ----------
        assessment, path, lang, _beside
            As `Writer.write`.
        """
        from townland.writing.papers.pdf import write_pdf

        write_pdf(assessment, path, lang=lang, named=font)

    return write


def _docx(font: Path | None = None) -> Write:
    """Give what writes the document, the letters of its maps in the font of a file or in one found."""

    def write(assessment: Assessment, path: Path, lang: str, _beside: Mapping[str, str]) -> None:
        """Write the document.

        Parameters
        ----------
        assessment, path, lang, _beside
            As `Writer.write`.
        """
        from townland.writing.papers.document import write_document

        write_document(assessment, path, lang=lang, named=font)

    return write


def _made_in(module: str, function: str) -> Write:
    """Give what writes a file by a function of a module of this room, imported when it writes."""

    def write(assessment: Assessment, path: Path, lang: str, _beside: Mapping[str, str]) -> None:
        """Write the file.

        Parameters
        ----------
        assessment, path, lang, _beside
            As `Writer.write`.
        """
        made_by = getattr(import_module(f"townland.writing.{module}"), function)
        made_by(assessment, path, lang=lang)

    return write


# What a writer imports is imported when it writes: the help of the command names the formats, and must
# not wait for any library of GIS.
WRITERS: tuple[Writer, ...] = (
    Writer(
        "html",
        "report.html",
        _("the report, with every finding and its clause"),
        _html,
        link=_("Open the report"),
    ),
    Writer(
        "map",
        "map.html",
        _("the map, with the evidence of every figure"),
        _map,
        link=_("Open the map"),
    ),
    Writer("gpkg", "evidence.gpkg", _("the evidence, for a GIS"), _gpkg),
    Writer(
        "xlsx",
        "report.xlsx",
        _("the tables to file and sign, with room for the reviewer's opinion"),
        _xlsx(),
        default=False,
        by_template=_xlsx,
    ),
    Writer(
        "docx",
        "report.docx",
        _("the report as a document to go on writing in"),
        _docx(),
        default=False,
        by_font=_docx,
        packages=("docxtpl", "typst"),
    ),
    Writer(
        "pdf",
        "report.pdf",
        _("the report to print and sign, with maps and tables"),
        _pdf(),
        default=False,
        by_font=_pdf,
        packages=("typst",),
    ),
    Writer(
        "csv",
        "findings.csv",
        _("the findings as a list, and patches.csv with every patch"),
        _made_in("exchange.lists", "write_lists"),
        default=False,
        further=("patches.csv",),
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


def files_written(formats: Sequence[str]) -> dict[str, Words]:
    """What lies in a run folder, by file, in words; ``assessment.json`` comes last."""
    files = {writer.file: writer.title for writer in written(formats)}
    return {**files, MARK: _("all of it, for programs")}


def names_written(formats: Sequence[str], *, several: bool) -> tuple[str, ...]:
    """The files that are known to be written before a check: of one run, or beside several."""
    if several:
        return COMPARISON, "comparison.html"
    further = (name for writer in written(formats) for name in writer.further)
    return (*files_written(formats), *further)


def write_run(
    assessment: Assessment,
    out: Path | str | FolderClaim,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = DEFAULT_LANGUAGE,
    font: Path | None = None,
    template: Path | None = None,
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
        The bureau's own workbook, filled in place of the one that is shipped.

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
        write_outputs(assessment, folder, formats=formats, lang=lang, font=font, template=template)
    return path_of(out)


def write_outputs(
    assessment: Assessment,
    folder: Path,
    *,
    formats: Sequence[str],
    lang: str,
    font: Path | None = None,
    template: Path | None = None,
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
    lang
        The language of everything that is written.
    font
        The file of the font of the PDF; without one it is looked for.
    template
        The bureau's own workbook, filled in place of the one that is shipped.
    """
    chosen = written(formats)
    files = {writer.name: writer.file for writer in chosen}
    for writer in chosen:
        write = writer.by_font(font) if writer.by_font and font else writer.write
        write = writer.by_template(template) if writer.by_template and template else write
        with stage(_("writing {file}", file=writer.file)):
            write(assessment, folder / writer.file, lang, files)
    from townland.writing.report.assessment_json import assessment_parts

    whole = folder / MARK
    with (
        stage(_("writing {file}", file=MARK)),
        whole.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(assessment_parts(assessment, lang=lang))


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
    inputs = [
        read
        if read.path is None
        else replace(read, path=read.path.replace(folder.as_posix(), out.as_posix(), 1))
        for read in assessment.inputs
    ]
    return replace(assessment, catalog=catalog, inputs=tuple(inputs))


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


def require_formats(formats: Sequence[str]) -> None:
    """Make sure that every format is known.

    Raises
    ------
    ReportError
        One is not.
    """
    known = [*(writer.name for writer in WRITERS), JSON]
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
    if any(writer.by_font for writer in written(formats)):
        from townland.writing.papers.fonts import font as opened

        opened(font)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
