"""KML: placemarks with polygons, their names and columns; nothing outside of the file is touched.

GDAL's driver is not used: XML may name other files and addresses, which this reader never follows.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.encoding import UTF_8, codec_of, encoding_of_text
from townland.reading.format import Format, Probe
from townland.reading.formats import kml_lines
from townland.reading.formats.kml_columns import columns_of
from townland.reading.layer_names import no_layer
from townland.reading.polygons import Left
from townland.reading.rows import Rows, Whole, bounds_of

MAX_BYTES = 256 << 20
MAX_DEPTH = 64
SHOWN = 20
"""So many placemarks are named in a message."""
MAX_RINGS = 100_000
"""A map for a globe that has more is a layer, and would take minutes."""
CRS = "EPSG:4326"

_ROOT = re.compile(rb"<(\w+:)?kml[\s>]")
_CHUNK = 1 << 20
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_RING = re.compile(r"<(?:[^<>\s/]+:)?coordinates[\s>]")
_COMMA = re.compile(r"\s*,\s*")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_CHINESE_MAPS = re.compile(
    "奥维|ovital|omap|高德|amap|gaode|腾讯地图|百度地图|baidu", re.IGNORECASE
)
"""Makers of maps that are shifted to GCJ-02, or let their user choose it."""
_OTHERS = ("Point", "LineString", "Model", "Track", "MultiTrack")
_OFF = ("0", "false")
_TEXTS = ("name", "description", "coordinates", "value", "SimpleData", "href", "visibility")


def read_kml(
    file: Path, place: str, *, layer: str | None = None, encoding: str | None = None
) -> Whole:
    """Read every placemark that has a polygon or a line that closes, in file order.

    A line that ends within 0.01 m of its start closes. Folders and documents may hold one another;
    `layer` chooses those of one name. The polygons of a MultiGeometry are one feature. Heights are
    dropped.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    layer
        The name of a folder or document, in any case of letters; all placemarks without it.
    encoding
        The encoding of the text, where the user states it.

    Returns
    -------
    The features with the columns ``name``, ``folder``, ``description`` where there are any, and those of
    their extended data; in longitude and latitude (EPSG:4326), which KML prescribes.

    Raises
    ------
    LayerError
        It is no well-formed KML, too large or too deep, declares a document type or entities, holds
        no polygon, or coordinates that are no numbers.
    EncodingError
        The text cannot be decoded.
    """
    text, used, declared, text_issues = _text(file, place, encoding)
    rings = sum(1 for _ring in _RING.finditer(text))
    if rings > MAX_RINGS:
        raise LayerError(
            _(
                "{place}: {count} {count:boundary|boundaries}, and at most {most} are read of a"
                " KML; save the layer as a GeoPackage",
                place=place,
                count=rings,
                most=MAX_RINGS,
            )
        )
    found = _Found(place)
    _parse(text, found, place)
    marks = _chosen(found, layer)
    columns = columns_of(marks, found.types, found.place)
    geometry = np.array([mark.geometry() for mark in marks], dtype=object)
    rows = Rows(np.arange(len(marks)), columns, geometry, bounds=bounds_of(geometry))
    issues = (*text_issues, *_notes(found, marks, suspicious=bool(_CHINESE_MAPS.search(text))))
    return Whole(rows, CRS, used, declared, issues)


@dataclass(slots=True)
class _Mark:
    """A placemark: its texts, its columns, and the rings of its polygons."""

    name: str | None = None
    description: str | None = None
    folder: str | None = None
    within: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    polygons: list[tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]] = field(
        default_factory=list
    )
    others: int = 0
    hidden: bool = False

    def geometry(self) -> shapely.Polygon | shapely.MultiPolygon:
        """One polygon, or all of them together."""
        made = [shapely.Polygon(outer[0], inner) for outer, inner in self.polygons]
        return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


@dataclass(slots=True)
class _Found:
    """The target of the parser: it hears elements begin and end, and keeps what counts."""

    place: str
    marks: list[_Mark] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    others: int = 0
    links: list[str] = field(default_factory=list)
    deep: int = 0
    mended: int = 0
    lines: int = 0
    joined: int = 0
    open_lines: list[kml_lines.OpenLine] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    unseen: list[bool] = field(default_factory=list)
    mark: _Mark | None = None
    column: str = ""
    words: list[str] = field(default_factory=list)
    high: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Hear an element begin."""
        name = tag.rpartition("}")[2]
        if len(self.path) >= MAX_DEPTH:
            raise LayerError(
                _(
                    "{place}: the elements are nested more than {limit} deep, which no map is; the"
                    " file is not read",
                    place=self.place,
                    limit=MAX_DEPTH,
                )
            )
        if not self.path and name != "kml":
            raise LayerError(
                _("{place}: the XML begins with {name}, not with kml", place=self.place, name=name)
            )
        self.path.append(name)
        self.words.clear()
        if name in ("Folder", "Document"):
            self.folders.append("")
            self.unseen.append(False)
        elif name == "Placemark":
            self.mark = _Mark(within=tuple(self.folders), hidden=any(self.unseen))
            self.high = False
        elif name in ("Data", "SimpleData"):
            self.column = attributes.get("name", "")
        elif name == "SimpleField":
            self.types[attributes.get("name", "")] = attributes.get("type", "string")
        # KML also draws polygons outside of placemarks, which are no features
        elif self.mark is not None and name == "Polygon":
            self.mark.polygons.append(([], []))
        elif self.mark is not None and name in _OTHERS:
            self.mark.others += 1

    def data(self, words: str) -> None:
        """Hear text."""
        if self.path and self.path[-1] in _TEXTS:
            self.words.append(words)

    def end(self, tag: str) -> None:
        """Hear an element end."""
        name = tag.rpartition("}")[2]
        words = "".join(self.words).strip()
        self.path.pop()
        parent = self.path[-1] if self.path else ""
        self.words.clear()
        if name in ("Folder", "Document"):
            self.folders.pop()
            self.unseen.pop()
        elif name == "Placemark":
            self._end_mark()
        elif name == "name" and parent in ("Folder", "Document"):
            self.folders[-1] = words
        elif name == "visibility" and parent in ("Folder", "Document"):
            self.unseen[-1] = words in _OFF
        elif name == "href" and parent in ("Link", "Url") and "NetworkLink" in self.path:
            self.links.append(words)
        elif self.mark is not None:
            self._end_within(self.mark, name, parent, words)

    def close(self) -> None:
        """Hear the document end."""

    def _end_within(self, mark: _Mark, name: str, parent: str, words: str) -> None:
        """Take the end of an element within a placemark.

        Parameters
        ----------
        mark
            The placemark.
        name, parent
            The element that ends, and the one around it.
        words
            Its text.
        """
        if name == "name" and parent == "Placemark":
            mark.name = words or None
        elif name == "description" and parent == "Placemark":
            mark.description = words or None
        elif name == "visibility" and parent == "Placemark":
            mark.hidden |= words in _OFF
        elif name == "SimpleData" or (name == "value" and parent == "Data"):
            if self.column:
                mark.data[self.column] = words
        elif name == "coordinates" and parent == "LinearRing":
            ring = self._ring(mark, words)
            if "Polygon" not in self.path:  # a ring by itself bounds an area, too
                mark.polygons.append(([ring], []))
            elif "innerBoundaryIs" in self.path:
                mark.polygons[-1][1].append(ring)
            else:
                mark.polygons[-1][0].append(ring)
        elif name == "coordinates" and parent == "LineString":
            self._line(mark, self._points(mark, words))
        elif name == "Polygon" and len(mark.polygons[-1][0]) != 1:
            raise LayerError(
                _(
                    "{place}: a polygon of the placemark {name} has {count} outer boundaries; draw"
                    " each as a polygon of its own",
                    place=self.place,
                    name=self._called(mark),
                    count=len(mark.polygons[-1][0]),
                )
            )

    def _end_mark(self) -> None:
        mark = self.mark
        if mark is None:
            return
        # the folder's own name may stand behind its placemarks, but never does in practice
        mark.within = tuple(name for name in self.folders if name)
        mark.folder = mark.within[-1] if mark.within else None
        self.others += mark.others
        if mark.polygons:
            self.marks.append(mark)
            self.deep += self.high
        self.mark = None

    def _called(self, mark: _Mark) -> str:
        return mark.name or str(len(self.marks) + 1)

    def _line(self, mark: _Mark, points: NDArray[np.float64]) -> None:
        """Take a line as a ring where it closes, else remember its gap."""
        ring, joined = kml_lines.ring_of(points)
        if ring is not None:
            mark.polygons.append(([ring], []))
            mark.others -= 1
            self.lines += 1
            self.joined += joined
        elif len(points) > 2 and np.isfinite(points).all():
            self.open_lines.append(kml_lines.open_line(mark.name or "-", points))

    def _points(self, mark: _Mark, words: str) -> NDArray[np.float64]:
        points = []
        for point in _COMMA.sub(",", words).split():
            numbers = point.split(",")
            if not 2 <= len(numbers) <= 3 or not all(map(_NUMBER.fullmatch, numbers)):
                raise LayerError(
                    _(
                        "{place}: the placemark {name} has the coordinate {text}; expected longitude,"
                        " latitude and, if need be, a height, with commas between them",
                        place=self.place,
                        name=self._called(mark),
                        text=point[:60],
                    )
                )
            points.append((float(numbers[0]), float(numbers[1])))
            self.high |= len(numbers) == 3 and float(numbers[2]) != 0
        return np.array(points, np.float64).reshape(-1, 2)

    def _ring(self, mark: _Mark, words: str) -> NDArray[np.float64]:
        ring = self._points(mark, words)
        if len(np.unique(ring, axis=0)) < 3 or not np.isfinite(ring).all():
            raise LayerError(
                _(
                    "{place}: a boundary of the placemark {name} has fewer than three different points"
                    " with finite coordinates; delete it, or draw it again",
                    place=self.place,
                    name=self._called(mark),
                )
            )
        # KML demands closed rings, but not all that write it close them
        if (ring[0] != ring[-1]).any():
            self.mended += 1
            ring = np.vstack([ring, ring[:1]])
        return ring


def _text(
    file: Path, place: str, override: str | None
) -> tuple[str, str, str | None, tuple[Issue, ...]]:
    """The text of the file, its encoding, what it declares, and what was assumed.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    override
        The encoding that the user states.
    """
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise LayerError(
            _(
                "{place}: a KML of {size} MB is too large, at most {limit} MB are read; save the"
                " boundary by itself, or as a GeoPackage",
                place=place,
                size=size >> 20,
                limit=MAX_BYTES >> 20,
            )
        )
    raw = file.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16"), "UTF-16", "UTF-16", ()
        except UnicodeDecodeError as problem:
            raise _malformed(place, problem) from None
    declared = _DECLARED.match(raw.removeprefix(codecs.BOM_UTF8))
    label = declared[1].decode("ascii") if declared else "UTF-8"  # which XML is without a word
    utf_8 = codec_of(label) == UTF_8
    found = encoding_of_text(raw, label, override, place=place, prescribed=utf_8)
    text = raw.removeprefix(codecs.BOM_UTF8).decode(found.used, "replace")
    return text, found.used, found.declared, found.issues


def _parse(text: str, target: _Found, place: str) -> None:
    """Send the elements of the document to `target`.

    Parameters
    ----------
    text
        The document.
    target
        What listens.
    place
        How messages name the file.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    # the parser takes text as it is, whatever encoding the file was in
    text = _DECLARATION.sub("", text, count=1)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        parser.close()
    except DefusedXmlException:
        raise LayerError(
            _(
                "{place}: the XML declares a document type or entities, which may unfold to any size or"
                " name other files; such a file is not read: save it again as KML",
                place=place,
            )
        ) from None
    except (ParseError, ValueError, LookupError) as problem:
        raise _malformed(place, problem) from None


def _malformed(place: str, problem: Exception) -> LayerError:
    return LayerError(
        _(
            "{place}: the KML is damaged or cut off ({reason}); open it in the program that made it,"
            " and save it again",
            place=place,
            reason=" ".join(str(problem).split())[:200],
        )
    )


def _chosen(found: _Found, layer: str | None) -> Sequence[_Mark]:
    nearest = kml_lines.nearest(found.open_lines)
    if not found.marks and nearest is not None:
        raise LayerError(
            _(
                "{place}: the KML holds no polygon, and {count} {count:line|lines} that"
                " {count:does|do} not close; the smallest gap is that of {line}, and at most"
                " {tolerance} m are closed: end the line where it begins, or draw the boundary"
                " as a polygon",
                place=found.place,
                count=len(found.open_lines),
                line=nearest.words(),
                tolerance=kml_lines.CLOSE_M,
            )
        )
    if not found.marks:
        raise LayerError(
            _(
                "{place}: the KML holds no polygon, only links to other files or addresses ({links}),"
                " which are never followed; open them in a map program, and save the polygons as KML",
                place=found.place,
                links=", ".join(found.links[:3])[:200],
            )
            if found.links
            else _(
                "{place}: the KML holds no polygon, but {count} {count:point|points}, lines and"
                " the like; draw the boundary as a polygon",
                place=found.place,
                count=found.others,
            )
        )
    if layer is None:
        return found.marks
    marks = [mark for mark in found.marks if layer.lower() in map(str.lower, mark.within)]
    if not marks:
        names = sorted({name for mark in found.marks for name in mark.within})
        raise no_layer(layer, names, found.place)
    return marks


def _notes(found: _Found, marks: Sequence[_Mark], *, suspicious: bool) -> tuple[Issue, ...]:
    """What was assumed, mended or left out.

    Parameters
    ----------
    found, marks
        What was met in the file, and the placemarks that are read.
    suspicious
        Whether the file names a maker of maps in GCJ-02.
    """
    issues = [
        Issue(
            "kml_maybe_gcj02",
            "warning" if suspicious else "info",
            _(
                "KML means WGS 84, but map programs made in China also write GCJ-02, some 500 m off,"
                " without a word; make sure of it where the file comes from one"
            ),
        )
    ]
    if found.links:
        message = _(
            "{count} {count:link|links} to other files or addresses {count:was|were} not"
            " followed; what {count:it holds|they hold} is left out",
            count=len(found.links),
        )
        issues.append(Issue("kml_link_left_out", "warning", message))
    issues += kml_lines.notes(found.lines, found.joined, found.open_lines)
    hidden = [mark.name or "-" for mark in marks if mark.hidden]
    if hidden:
        message = _(
            "{count} {count:placemark is|placemarks are} invisible (visibility 0), and"
            " {count:is|are} read all the same: {names}; delete those that do not count",
            count=len(hidden),
            names=", ".join(hidden[:SHOWN]) + (" …" if len(hidden) > SHOWN else ""),
        )
        issues.append(Issue("kml_invisible", "warning", message))
    issues += Left(others=found.others, deep=found.deep).issues()
    if found.mended:
        message = _(
            "{count} {count:ring is|rings are} not closed, and {count:was|were} closed",
            count=found.mended,
        )
        issues.append(Issue("ring_closed", "warning", message))
    return tuple(issues)


def _recognises(probe: Probe) -> bool:
    return probe.start.startswith(b"<") and _ROOT.search(probe.start) is not None


FORMAT = Format(
    name="kml",
    titles=("KML",),
    suffixes=(".kml",),
    recognises=_recognises,
    read=read_kml,
    secondary=True,
    main_member="doc.kml",  # of a KMZ, whose other files are pictures or what links name
)
