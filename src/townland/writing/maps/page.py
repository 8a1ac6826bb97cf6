"""The map of an assessment: a Folium map that is one file and asks the network for nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import folium
from branca.element import Element
from folium.elements import JSCSSMixin
from folium.map import CustomPane
from jinja2 import DictLoader, Environment

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, Words, _, render
from townland.writing.maps.content import Content
from townland.writing.maps.layers import MapLayer
from townland.writing.maps.words import DISCLAIMER
from townland.writing.pages import look
from townland.writing.pages.page import ABSENT, SCHEME, OfflineFigure, templates
from townland.writing.pages.town_files import MANY, town_files, write_pages

if TYPE_CHECKING:
    from townland.measuring import TownResult
    from townland.results import Assessment

PANES = {"background": 300, "land": 401, "plan": 402, "other": 403, "measure": 404, "highlight": 405,
         "boundary": 406, "grid": 407, "numbers": 610}  # fmt: skip
"""Drawing order; each pane has a canvas of its own, so that switching layers keeps the order."""

SCRIPTS = ("base", "shapes", "batches", "styles", "far", "canvas", "places", "panel", "labels",
           "address", "geodesy", "tools", "tiles", "sheet", "start")  # fmt: skip
"""The files of the page's script, in the order in which they stand in the page."""

_TEMPLATES = templates("townland.writing.maps")
E = TypeVar("E", bound=Element)


def show_map(
    assessment: Assessment,
    *,
    town: str | None = None,
    lang: str = DEFAULT_LANGUAGE,
    online: bool = False,
) -> folium.Map:
    """Draw an assessment as a Folium map, which shows itself in a notebook and works offline.

    Parameters
    ----------
    assessment
        What `townland.check` found.
    town
        The code of one town; all of them without.
    lang
        ``"zh"`` or ``"en"``.
    online
        Whether the online maps that the catalog names lie behind; the notebook then holds their keys.

    Raises
    ------
    ReportError
        There is no such town, or no town at all.

    """
    return _build(assessment, _chosen(assessment, town), lang, report_href=None, online=online)


def map_html(
    assessment: Assessment,
    *,
    lang: str = DEFAULT_LANGUAGE,
    report_href: str | None = "report.html",
    online: bool = True,
) -> str:
    """Write the map of all towns as one HTML file that works with the network cut.

    The same assessment gives the same bytes; where the catalog names online maps, the same keys too.

    Parameters
    ----------
    assessment
        What is drawn.
    lang
        The reader's language.
    report_href
        Where the report lies beside the map; None leaves the links out.
    online
        Whether the online maps that the catalog names lie behind.
    """
    built = _build(
        assessment, _chosen(assessment, None), lang, report_href=report_href, online=online
    )
    return str(built.get_root().render())


def map_files(
    assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE, has_report: bool = True
) -> Iterator[tuple[str, str]]:
    """Write the map as its files: ``map.html``, and of many towns one of each in ``map``.

    Of many towns ``map.html`` shows outlines, names and verdicts, and leads to the maps of the towns.

    Parameters
    ----------
    assessment
        What is drawn.
    lang
        The reader's language.
    has_report
        Whether the report lies beside.

    Yields
    ------
    The path of a file below the run folder, with ``/``, and its text.
    """
    report_href = "report.html" if has_report else None
    if len(assessment.towns) <= MANY:
        yield "map.html", map_html(assessment, lang=lang, report_href=report_href)
        return
    names = town_files(assessment.codes)
    chosen = look.signs(finding.figures for finding in assessment.findings)
    for result, name in zip(assessment.towns, names, strict=True):
        href = f"../report/{quote(name)}" if has_report else None
        built = _build(assessment, [result], lang, report_href=href, signs=chosen)
        yield f"map/{name}", str(built.get_root().render())
    pages = [f"map/{name}" for name in names]
    built = _build(
        assessment, assessment.towns, lang, report_href=report_href, pages=pages, signs=chosen
    )
    yield "map.html", str(built.get_root().render())


def write_map(assessment: Assessment, path: Path, *, lang: str, beside: Mapping[str, str]) -> None:
    """Write the map; its findings lead to the report beside it. Of many towns each has its own.

    Parameters
    ----------
    assessment
        What is drawn.
    path
        The file ``map.html`` in the run folder.
    lang
        The reader's language.
    beside
        The files that lie beside it, by the names of their writers.
    """
    write_pages(path.parent, map_files(assessment, lang=lang, has_report="html" in beside))


def _chosen(assessment: Assessment, town: str | None) -> Sequence[TownResult]:
    results = [each for each in assessment.towns if town in (None, each.town.code)]
    if not results:
        known = ", ".join(each.town.code for each in assessment.towns) or "—"
        raise ReportError(
            _("there is no town {town} to draw; known codes are {known}", town=town, known=known)
        )
    return results


def _build(
    assessment: Assessment, results: Sequence[TownResult], lang: str, *, report_href: str | None,
    pages: Sequence[str] = (), online: bool = True, signs: Mapping[str, look.Hatch] | None = None,
) -> folium.Map:  # fmt: skip
    """Put the map together, layer by layer in the order in which they are drawn.

    Parameters
    ----------
    assessment, results
        What is drawn: some of the towns of an assessment.
    lang, report_href
        As for `map_html`.
    pages
        As for `Content`.
    online
        Whether the online maps that the catalog names lie behind.
    signs
        As for `Content`.
    """
    content = Content(assessment, results, lang, pages=pages, online=online, signs=signs)
    ids = (str(n) for n in itertools.count(1))
    page = TownMap(assessment, content, ids, report_href=report_href)
    for name, z_index in PANES.items():
        _numbered(CustomPane(name, z_index=z_index), ids).add_to(page)
    for layer in content.layers:
        # Leaflet's own layer control, should someone add it, reads names as HTML.
        group = folium.FeatureGroup(name=escape(layer.title), control=False, show=layer.show)
        _numbered(group, ids).add_to(page)
        _numbered(Drawing(layer), ids).add_to(group)
    boundary = folium.FeatureGroup(name="boundary", control=False)
    _numbered(boundary, ids).add_to(page)
    _numbered(Drawing(None), ids).add_to(boundary)
    _numbered(Panel(), ids).add_to(page)
    return page


def _numbered(element: E, ids: Iterator[str]) -> E:
    """Give a branca element an id from a counter: its own would be random."""
    element._id = next(ids)
    return element


class TownMap(folium.Map):
    """A Folium map in a page of its own: a bar on top, the map, and a panel beside it.

    Folium's map links jQuery, Bootstrap, Font Awesome and others; this one needs Leaflet alone. The
    lists are the class's own, for those of `folium.Map` are shared by all maps of a process.
    """

    default_js = [("leaflet", f"{SCHEME}leaflet/leaflet.js")]  # noqa: RUF012 # as Folium declares it
    default_css = [  # noqa: RUF012 # as Folium declares it
        ("leaflet_css", f"{SCHEME}leaflet/leaflet.css"),
        ("look_css", f"{SCHEME}townland/look.css"),
        ("map_css", f"{SCHEME}townland/map.css"),
        ("map_tools_css", f"{SCHEME}townland/map_tools.css"),
    ]
    _template = _TEMPLATES.get_template("map.html.j2")

    def __init__(
        self, assessment: Assessment, content: Content, ids: Iterator[str], *,
        report_href: str | None,
    ) -> None:  # fmt: skip
        """Begin the page, without its layers.

        Parameters
        ----------
        assessment, content
            What is drawn, and the same as the page's data.
        ids
            Gives each element its id.
        report_href
            As for `map_html`.
        """
        self.view = content.bounds()
        middle = [sum(pair) / 2 for pair in zip(*self.view, strict=True)]
        super().__init__(location=middle, tiles=None, prefer_canvas=True, zoom_control=False)
        _numbered(self, ids)
        self.report_href = report_href
        lang = content.lang
        self.words = {key: render(text, lang) for key, text in _words(assessment, content).items()}
        # Folium has put the map into a figure of branca's; it goes into one that works offline.
        OfflineFigure(
            lang=lang,
            title=self.words["title"],
            data=content.as_data(),
            height="680px",
            images=content.online.opened,
        ).add_child(self)


class Drawing(JSCSSMixin):
    """Draws one layer of the page's data into the feature group that it is a child of."""

    default_js = [  # noqa: RUF012
        ("beside", f"{SCHEME}townland/beside.js"),
        *((f"map_{name}", f"{SCHEME}townland/map/{name}.js") for name in SCRIPTS),
    ]
    _template = Environment(
        loader=DictLoader(
            {
                "drawing": "{% macro script(this, kwargs) %}"
                "{% if this.layer is none %}"
                "townland.drawBoundaries({{ this._parent.get_name() }});"
                "{% else %}"
                "townland.draw({{ this._parent.get_name() }}, {{ this.layer.key|tojson }});"
                "{% endif %}{% endmacro %}"
            }
        ),
        autoescape=True,
    ).get_template("drawing")

    def __init__(self, layer: MapLayer | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Drawing"
        self.layer = layer


class Panel(JSCSSMixin):
    """Starts the page once everything is drawn: findings, legend, and the map's controls."""

    _template = Environment(
        loader=DictLoader(
            {
                "panel": "{% macro script(this, kwargs) %}"
                "townland.start({{ this._parent.get_name() }});{% endmacro %}"
            }
        ),
        autoescape=True,
    ).get_template("panel")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Panel"


SEARCH = _("Search: parcel number, owner or place")
SEARCH_REDACTED = _("Search: land class, planned use or town")
"""Pieces of what is redacted have neither number, owner nor place."""


def _words(assessment: Assessment, content: Content) -> dict[str, Words]:
    towns = _(", ").render(content.lang).join(result.town.name for result in content.results[:3])
    if content.pages:
        towns = _("{n} {n:town|towns}", n=len(content.results)).render(content.lang)
    elif len(content.results) > 3:
        towns += "…"
    return {
        "title": _("Land-use compliance map · {towns}", towns=towns),
        "meta": _(
            "{rulebook} (version {version}) · day of the check {day}",
            rulebook=assessment.rulebook.title,
            version=assessment.rulebook.version,
            day=assessment.on.isoformat(),
        ),
        "report": _("Report"),
        "in_report": _("Read it in the report"),
        "panel": _("Findings and legend"),
        "absent": ABSENT,
        "map_label": _("Map: move with the arrow keys, zoom with + and −"),
        "town": _("Town"),
        "search": SEARCH_REDACTED if assessment.redacted else SEARCH,
        "opacity": _("Opacity"),
        "findings": _("Findings, the gravest first"),
        "legend": _("Layers and legend"),
        "boundary": _("Town boundary"),
        "disclaimer": DISCLAIMER,
        "noscript": _("The map needs JavaScript; the report shows the same without it."),
    }
