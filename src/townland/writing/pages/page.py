"""Pages that are one file: every asset inlined, nothing fetched, no script run that is not ours.

Folium's own figure links ten scripts and styles of other people's servers; offline that is a
white page. This one inlines the files under ``assets/`` and refuses every other address. A content
security policy with a nonce keeps the browser from running or fetching anything else, whatever the
data say.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from unicodedata import east_asian_width

from branca import element
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from townland.errors import ReportError
from townland.i18n import _, shortened
from townland.rules.judging.trace import Json

SCHEME = "townland:"
"""How a page's element names an asset of this package: ``townland:leaflet/leaflet.js``."""

_UNSAFE_IN_SCRIPT = {character: f"\\u{ord(character):04x}" for character in "<>&'\u2028\u2029"}


def assets() -> Traversable:
    """Give the folder of vendored and own assets inside the package."""
    return files("townland.writing.pages") / "assets"


def manifest() -> dict[str, str]:
    """Give the SHA-256 of every vendored file, by its path under ``assets/``."""
    text = (assets() / "manifest.json").read_text("utf-8")
    return {str(path): str(digest) for path, digest in json.loads(text)["sha256"].items()}


_HERE = """
if (parent !== window && location.hash === "#beside") {
  parent.postMessage("townland", "*");
  window.stop();
}
"""
"""Answers a page that asks whether this one lies beside it (``beside.js``), before anything is read."""

ABSENT = _(
    "{file} was not found beside this page. If this file was sent to you alone, ask for the whole"
    " folder; pressing again opens it nevertheless.", file="{file}",
)  # fmt: skip
"""What is said where a link leads to a file that does not lie beside the page."""


@cache
def asset(url: str) -> str:
    """Give the text of an asset that a page may inline.

    Raises
    ------
    ReportError
        The address is not one of this package's assets: it would be fetched from elsewhere.

    Examples
    --------
    >>> asset("townland:leaflet/leaflet.js")[:2]
    '/*'
    >>> asset("https://cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js")
    Traceback (most recent call last):
    ...
    townland.errors.ReportError: ...

    """
    path = url.removeprefix(SCHEME)
    file = assets().joinpath(*path.split("/"))
    if not url.startswith(SCHEME) or ".." in path.split("/") or not file.is_file():
        raise ReportError(
            _(
                "the page asks for {url}, which is not among the files that come with townland;"
                " a page works with the network cut, so leave out the element that needs it",
                url=url,
            )
        )
    text = file.read_text("utf-8")
    if path.endswith(".css"):
        return _with_images(text, path.rpartition("/")[0])
    return re.sub(r"\n//# sourceMappingURL=\S*\s*$", "\n", text)


def reading_scripts() -> str:
    """Give the scripts of every page of text: links to files beside it, tables wider than it."""
    return "".join(asset(f"{SCHEME}townland/{name}.js") for name in ("beside", "sideways"))


def _with_images(css: str, folder: str) -> str:
    """Put pictures into style text as ``data:`` addresses; what we do not carry is left out."""

    def inline(match: re.Match[str]) -> str:
        target = match.group(1)
        file = assets() / folder / target.rpartition("/")[2]
        if target.startswith(("#", "data:")):
            return match.group(0)
        if not file.is_file():
            return "none"
        return f"url(data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()})"

    return re.sub(r"url\(([^)]*)\)", inline, css)


def safe_json(value: Json) -> str:
    r"""Write JSON that can stand inside a ``<script>`` element, whatever its strings say.

    >>> safe_json({"name": "</script><b>", "m2": "1.50"})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e","m2":"1.50"}'
    """
    shown = _without_long_names(value)
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escaped in _UNSAFE_IN_SCRIPT.items():  # a pass each is faster than `translate`
        text = text.replace(character, escaped)
    return text


def _without_long_names(value: Json) -> Json:
    """The same data with names as they are shown; keys, codes, shapes and addresses stay whole."""
    if isinstance(value, str):
        return value if value.startswith("data:") else shortened(value)
    if isinstance(value, Mapping):
        return {
            name: each if name in _WHOLE else _without_long_names(each)
            for name, each in value.items()
        }
    # coordinates are most of a page, and no names
    if isinstance(value, list | tuple) and not _NUMBERS.issuperset(map(type, value)):
        return [_without_long_names(each) for each in value]
    return value


_NUMBERS = frozenset({int, float})
_WHOLE = frozenset({"code", "shapes"})
"""Keys of what is not cut: a code names a town in an address, and packed shapes are no names."""


def page(
    *, lang: str, title: str, head: str = "", styles: str, body: str, data: str = "", script: str,
    images: Sequence[str] = (),
) -> str:  # fmt: skip
    """Put a page together: one file under a strict content security policy.

    The nonce is a hash of the content, so that the same content gives the same bytes and nobody who
    writes the content can know it.

    Parameters
    ----------
    lang
        The language of the page.
    title
        The title of the window, as plain text.
    head, body
        HTML in which every word of the data is escaped already.
    styles, script
        Style rules and program text of townland's own, which run.
    data
        What the script reads: text from `safe_json`.
    images
        Addresses from which pictures may be fetched; nothing is, without one.
    """
    content = "\0".join((lang, title, head, styles, body, data, script, *images))
    nonce = base64.b64encode(hashlib.sha256(content.encode()).digest()[:18]).decode()
    policy = (
        f"default-src 'none'; img-src {' '.join(('data:', *images))}; style-src 'nonce-{nonce}';"
        f" script-src 'nonce-{nonce}'; frame-src 'self' file:; connect-src 'none';"
        f" base-uri 'none'; form-action 'none'"
    )
    tag = _("en").render(lang)  # the language tag of HTML, by which browsers choose a font
    island = f'<script type="application/json" id="data">{data}</script>\n' if data else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(tag)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(shortened(title))}</title>\n"
        f'<script nonce="{nonce}">{_HERE}</script>\n{head}'
        f'<style nonce="{nonce}">\n{styles}\n</style>\n</head>\n<body>\n{body}\n{island}'
        f'<script nonce="{nonce}">\n{script}\n</script>\n</body>\n</html>\n'
    )


def templates(package: str, **names: object) -> Environment:
    """Open the templates of a room: everything is escaped, a missing name is an error."""
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(names)
    environment.tests["wide"] = is_wide
    environment.filters["coded"] = coded
    environment.globals["to"] = to
    return environment


def to(href: str) -> Markup:
    """Give a link its attributes: a place in the page, or a file that may not lie beside it.

    A file is no `href`: a page that was sent alone has none of them, and its script, which makes it a
    link, asks first.

    >>> to("#t1"), to("map.html#town=1&rule=A")
    (Markup('href="#t1"'), Markup('data-beside="map.html#town=1&amp;rule=A"'))
    """
    if href.startswith("#"):
        return Markup('href="{}"').format(href)
    return Markup('data-beside="{}"').format(shortened(href))


def _shown(value: object) -> object:
    """What a template prints: of a name without end, beginning and end."""
    plain = isinstance(value, str) and not isinstance(value, Markup) and value[:5] != "data:"
    return shortened(str(value)) if plain else value


_KEY = re.compile(r"(?<![\w./-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w/-])", re.ASCII)


def coded(text: str) -> Markup:
    """Mark the keys inside a sentence, so that they are told from its words.

    >>> coded("in layers/a.toml, in the table of planned_use <1>")
    Markup('in layers/a.toml, in the table of <code>planned_use</code> &lt;1&gt;')
    """
    return Markup(_KEY.sub(r"<code>\g<0></code>", escape(str(_shown(text)))))  # noqa: S704 # escaped


WIDE = 6
"""From more than so many columns on, a unit stands in a line of its own."""


def is_wide(text: str) -> bool:
    """Whether a text is wider than a short unit; a Chinese character is as wide as two letters.

    >>> is_wide("km²"), is_wide("公顷"), is_wide("万元每亩")
    (False, False, True)
    """
    return sum(1 + (east_asian_width(sign) in "WF") for sign in text) > WIDE


_STYLE, _SCRIPT = element.CssLink, element.JavascriptLink


class OfflineFigure(element.Figure):
    """A Folium figure that inlines its assets; see `page` for its safety.

    `data` is what the page's own script reads; it is put into a block that is never run.
    """

    def __init__(
        self, *, lang: str, title: str, data: Json = None, height: str = "640px",
        images: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Begin an empty figure.

        Parameters
        ----------
        lang, title
            The language and the title of the page.
        data
            What the page's own script reads.
        height
            The height of the frame in which a notebook shows the page.
        images
            As for `page`.
        """
        super().__init__(width="100%", height=height, title=title)
        self.lang = lang
        self.data = data
        self.images = tuple(images)

    def render(self, **kwargs: object) -> str:
        """Render the whole page.

        Raises
        ------
        ReportError
            An element of the map links a script or a style that does not come with townland.

        """
        for child in list(self._children.values()):
            child.render(**kwargs)
        heads = self.header._children.values()
        return page(
            lang=self.lang,
            title=self.title or "",
            head=self._own_head(**kwargs),
            styles="\n".join(asset(each.url) for each in heads if isinstance(each, _STYLE)),
            body=self.html.render(**kwargs),
            data="" if self.data is None else safe_json(self.data),
            script="\n".join((
                *(asset(each.url) for each in heads if isinstance(each, _SCRIPT)),
                self.script.render(**kwargs),
            )),
            images=self.images,
        )  # fmt: skip

    def _own_head(self, **kwargs: object) -> str:
        """Render what stands in the head beside links; the page declares its encoding itself."""
        return "\n".join(
            child.render(**kwargs)
            for name, child in self.header._children.items()
            if not isinstance(child, (_STYLE, _SCRIPT)) and name != "meta_http"
        )
