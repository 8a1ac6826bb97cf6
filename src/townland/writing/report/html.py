"""The report: HTML that works with the network cut, and prints; of many towns a page each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from townland.i18n import DEFAULT_LANGUAGE
from townland.writing.pages import look
from townland.writing.pages.page import SCHEME, asset, page, templates
from townland.writing.pages.town_files import MANY, town_files
from townland.writing.report.content import Report, of_town
from townland.writing.report.index import TownPage

if TYPE_CHECKING:
    from townland.results import Assessment

FRONT_MOST = 12
"""So many missing things are named on a first page, which is one page of paper."""

_TEMPLATE = templates(
    "townland.writing.report", look=look.LOOKS, front_most=FRONT_MOST
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
    assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE, has_map: bool = True
) -> Iterator[tuple[str, str]]:
    """Write the report as its files, the index last: ``report.html``, and of many towns a page each.

    Parameters
    ----------
    assessment
        What is reported.
    lang
        The reader's language.
    has_map
        Whether the maps lie beside: ``map.html``, and of many towns one of each in ``map``.

    Yields
    ------
    The path of a file below the run folder, with ``/``, and its text.
    """
    map_href = "map.html" if has_map else None
    if len(assessment.towns) <= MANY:
        yield "report.html", report_html(assessment, lang=lang, map_href=map_href)
        return
    names = town_files(assessment.codes)
    for town, name in zip(assessment.towns, names, strict=True):
        href = f"../map/{quote(name)}" if has_map else None
        part = Report(of_town(assessment, town), lang, href, whole=assessment)
        yield f"report/{name}", _rendered(part)
    pages = [
        TownPage(town, f"report/{name}", f"map/{name}" if has_map else "")
        for town, name in zip(assessment.towns, names, strict=True)
    ]
    yield "report.html", _rendered(Report(assessment, lang, map_href, pages=pages))


def _rendered(report: Report) -> str:
    """Put a page together."""
    folder = files("townland.writing.report") / "templates"
    body = _TEMPLATE.render(r=report, t=report.t, w=report.w, a=report.assessment)
    return page(
        lang=report.lang,
        title=report.title,
        styles=asset(f"{SCHEME}townland/look.css")
        + (folder / "report.css").read_text("utf-8")
        + report.colours(),
        body=re.sub(r"\n\s+", "\n", body),
        data=report.data(),
        script=(folder / "report.js").read_text("utf-8"),
    )
