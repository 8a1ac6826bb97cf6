"""The report: HTML that works with the network cut, and prints; of many towns a page each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from townland.i18n import DEFAULT_LANGUAGE
from townland.writing.pages import look
from townland.writing.pages.page import ABSENT, SCHEME, asset, page, reading_scripts, templates
from townland.writing.pages.town_files import MANY, town_files, write_pages
from townland.writing.report.content import Report, of_town
from townland.writing.report.index import TownPage
from townland.writing.report.patches import csv_list

if TYPE_CHECKING:
    from townland.results import Assessment

FOLDER = "report/"
"""Where the pages of the towns lie, where each has one, and the lists that are too long for a page."""

HEAVIEST = 3_000_000
"""A page of several towns that would have more bytes is an index, and a page for each of them."""

FRONT_MOST = 12
"""So many missing things are named on a first page, which is one page of paper."""

_TEMPLATE = templates(
    "townland.writing.report", look=look.LOOKS, front_most=FRONT_MOST, absent=ABSENT
).get_template("report.html.j2")


def report_html(
    assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE, map_href: str | None = "map.html"
) -> str:
    """Write the report of an assessment as one HTML file, of however many towns.

    The same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        What is reported.
    lang
        The reader's language.
    map_href
        Where the map lies beside the report; None leaves the links out.
    """
    return _rendered(Report(assessment, lang, map_href))


def report_files(
    assessment: Assessment,
    *,
    lang: str = DEFAULT_LANGUAGE,
    has_map: bool = True,
    short: bool = False,
) -> Iterator[tuple[str, str]]:
    """Write the report as its files, the index last: ``report.html``, and of many towns a page each.

    So are the towns of a page that would be heavier than `HEAVIEST`. Patches that find no room in a page
    follow it in files of their own.

    Parameters
    ----------
    assessment
        What is reported.
    lang
        The reader's language.
    has_map
        Whether the maps lie beside: ``map.html``, and of many towns one of each in ``map``.
    short
        Whether printing a page gives the short print unless the full one is asked for.

    Yields
    ------
    The path of a file below the run folder, with ``/``, and its text.
    """
    map_href = "map.html" if has_map else None
    names = town_files(assessment.codes)
    stems = {
        code: name.removesuffix(".html") for code, name in zip(assessment.codes, names, strict=True)
    }
    if len(assessment.towns) <= MANY:
        inside = {code: f"{FOLDER}{stem}" for code, stem in stems.items()}
        report = Report(assessment, lang, map_href, stems=inside)
        text = _rendered(report, short=short)
        if len(assessment.towns) == 1 or len(text.encode()) <= HEAVIEST:
            yield "report.html", text
            yield from _longer(report, "")
            return
    yield from _pages(assessment, lang, names=names, has_map=has_map, short=short)


def _pages(
    assessment: Assessment, lang: str, *, names: Sequence[str], has_map: bool, short: bool
) -> Iterator[tuple[str, str]]:
    """Write a page for each town, and the index.

    Parameters
    ----------
    assessment, lang
        What is reported, and the reader's language.
    names
        What the towns' pages are called.
    has_map, short
        As for `report_files`.
    """
    maps = [""] * len(names)
    if has_map and len(names) > MANY:
        maps = [f"map/{quote(name)}" for name in names]
    elif has_map:
        maps = [f"map.html#{urlencode({'town': code})}" for code in assessment.codes]
    chosen = look.signs(finding.figures for finding in assessment.findings)
    for town, name, own in zip(assessment.towns, names, maps, strict=True):
        href = f"../{own.partition('#')[0]}" if own else None
        stems = {town.town.code: name.removesuffix(".html")}
        part = Report(of_town(assessment, town), lang, href, signs_of=chosen, stems=stems)
        yield f"{FOLDER}{name}", _rendered(part, short=short)
        yield from _longer(part, FOLDER)
    pages = [
        TownPage(town, f"{FOLDER}{name}", own)
        for town, name, own in zip(assessment.towns, names, maps, strict=True)
    ]
    map_href = "map.html" if has_map else None
    index = Report(assessment, lang, map_href, signs_of=chosen, pages=pages)
    yield "report.html", _rendered(index, short=short)


def _longer(report: Report, folder: str) -> Iterator[tuple[str, str]]:
    """Write the lists that are too long for their page, in `folder` as the page is."""
    for longer in report.lists.longer:
        yield f"{folder}{longer.file}", csv_list(report, longer.measure)


def write_report(
    assessment: Assessment, path: Path, *, lang: str, beside: Mapping[str, str], short: bool = False
) -> None:
    """Write the report; it shows the map that lies beside it. Of many towns each has a page of its own.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file ``report.html`` in the run folder.
    lang
        The reader's language.
    beside
        The files that lie beside it, by the names of their writers.
    short
        As for `report_files`.
    """
    pages = report_files(assessment, lang=lang, has_map="map" in beside, short=short)
    write_pages(path.parent, pages)


def _rendered(report: Report, *, short: bool = False) -> str:
    """Put a page together."""
    folder = files("townland.writing.report") / "templates"
    body = _TEMPLATE.render(r=report, short=short, t=report.t, w=report.w, a=report.assessment)
    return page(
        lang=report.lang,
        title=report.title,
        styles=asset(f"{SCHEME}townland/look.css")
        + (folder / "report.css").read_text("utf-8")
        + report.colours(),
        body=re.sub(r"\n\s+", "\n", body),
        data=report.data(),
        script=reading_scripts() + (folder / "report.js").read_text("utf-8"),
    )
