"""What the map's page draws, as plain data: compact, in longitude and latitude, in words.

A geometry is a list of polygons, each a list of rings, each a list of whole numbers: 1e-7 degrees,
the first point, then the steps from point to point. Every number that a reader sees is printed
here, from decimals; the page's script computes places and nothing else.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from townland import terms
from townland.geodesy.crs import to_lonlat
from townland.i18n import Joined, Words, _, render
from townland.measuring import TownResult
from townland.results import Assessment
from townland.rules.judging.finding import Finding
from townland.rules.judging.trace import Json
from townland.writing.maps.pieces import (
    AREAS,
    DEGREE,
    FACTS,
    OWNERS,
    Drawn,
    GroupOf,
    Shape,
    construction,
    facts_of,
    gaps,
    groups_by_code,
    groups_of,
    piece_ids,
    rings_of,
    texts,
)
from townland.writing.maps.words import KINDS, WORDS
from townland.writing.pages import figures
from townland.writing.pages import look as legend

MAX_FEATURES = 20_000
MAX_VERTICES = 600_000
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One switchable layer of the map: its rank in the drawing order, its styles, its features."""

    key: str
    title: str
    kind: str
    show: bool
    minor: bool = False
    styles: Sequence[Mapping[str, Json]] = ()
    features: Sequence[Sequence[Json]] = ()

    def as_data(self) -> dict[str, Json]:
        """Give the layer as the page's script reads it."""
        return {
            "key": self.key,
            "title": self.title,
            "kind": self.kind,
            "minor": self.minor,
            "styles": self.styles,
            "features": self.features,
        }


class Content:
    """Everything one map shows of `results` in `lang`."""

    def __init__(
        self,
        assessment: Assessment,
        results: Sequence[TownResult],
        lang: str,
        *,
        pages: Sequence[str] = (),
    ) -> None:
        """Lay out the map.

        Parameters
        ----------
        assessment
            What is drawn.
        results
            Those of its towns that are drawn.
        lang
            The reader's language.
        pages
            Where each town has a map of its own: this one shows their outlines and verdicts alone.
        """
        self.assessment = assessment
        self.pages = pages
        self.results = results
        self.lang = lang
        self.comma = _(", ").render(lang)
        self.tolerance = _tolerance(results)
        codes = {result.town.code for result in results}
        self.findings = [f for f in assessment.findings if f.town is None or f.town in codes]
        self.by_code = {result.town.code: result for result in results}
        self.signs = legend.signs(finding.figures for finding in assessment.findings)
        self._shapes: dict[str, int] = {}
        self._facts: dict[str, int] = {}
        self._known_facts: dict[tuple[str, str], int] = {}
        self.shapes: list[Shape] = []
        whole = (self._outlines,)
        parts = whole if pages else (self._land, self._plans, self._evidence, self._rest)
        self.layers = [layer for part in parts for layer in part()]

    def words(self, text: Words | str) -> str:
        """Put a text into the map's language."""
        return render(text, self.lang)

    def as_data(self) -> dict[str, Json]:
        """Give what the page's script reads."""
        return {
            "lang": self.lang,
            "words": {key: self.words(text) for key, text in WORDS.items()},
            "patterns": {name: asdict(p) for name, p in legend.ALL_PATTERNS.items()},
            "verdicts": {
                name: {
                    "word": self.words(look.word),
                    "mark": look.mark,
                    "colour": look.colour,
                    "ground": look.ground,
                }
                for name, look in legend.LOOKS.items()
            },
            "towns": [self._town(result) for result in self.results],
            "backgrounds": self._backgrounds(),
            "layers": [layer.as_data() for layer in self.layers],
            "shapes": self.shapes,
            "facts": list(self._facts),
            "findings": [self._finding(f) for f in figures.by_severity(self.findings)],
        }

    def _backgrounds(self) -> list[Mapping[str, Json]]:
        """Give the pictures behind the towns, each with who made it."""
        return [
            {
                "kind": picture.kind,
                "title": self.words(KINDS[picture.kind]),
                "source": picture.source,
                "bounds": [list(picture.bounds[1::-1]), list(picture.bounds[3:1:-1])],
                "url": f"data:image/jpeg;base64,{base64.b64encode(picture.jpeg).decode()}",
            }
            for picture in self.assessment.backgrounds
            if picture.town in self.by_code and not self.pages
        ]

    def bounds(self) -> list[list[float]]:
        """Give the map's first view: all towns, south-west and north-east."""
        boxes = np.array([_lonlat_bounds(result) for result in self.results])
        west, south = boxes[:, 0].min(), boxes[:, 1].min()
        east, north = boxes[:, 2].max(), boxes[:, 3].max()
        return [[round(south, 7), round(west, 7)], [round(north, 7), round(east, 7)]]

    def _town(self, result: TownResult) -> dict[str, Json]:
        west, south, east, north = _lonlat_bounds(result)
        scheme = _scheme(self.assessment, "planned_use")
        built = None if self.pages else construction(result, scheme)
        return {
            "code": result.town.code,
            "name": result.town.name,
            "area": self._areas(result.area_m2),
            "rings": self._shape([result.town.boundary], result.town.crs)[0],
            "built": [] if built is None else self._shape([built], result.town.crs)[0],
            "bounds": [[south, west], [north, east]],
            "map": quote(self.pages[self.results.index(result)]) if self.pages else "",
        }

    def _figures(self, finding: Finding) -> list[Json]:
        """Give the measures that a finding shows: letter, layer, role, places, gross and net in m²."""
        return [
            {
                "letter": letter,
                "layer": f"measure:{figure.measure}",
                "role": self.words(terms.FIGURE_ROLES[figure.role]),
                "places": places,
                "count": figure.pieces,
                "gross": figures.figure(figure.gross_m2, "m2", "m2").number,
                "net": figures.figure(figure.net_m2, "m2", "m2").number,
            }
            for letter, figure, places in figures.shown_figures(finding)
            if not self.pages
        ]

    def _finding(self, finding: Finding) -> dict[str, Json]:
        measured, limit = (
            figures.figure(value, finding.unit).render(self.lang)
            for value in (finding.measured, finding.limit)
        )
        towns = [result.town.code for result in self.results]
        return {
            "rule": finding.rule,
            "title": self.words(finding.title),
            "town": towns.index(finding.town) if finding.town in towns else None,
            "verdict": str(finding.verdict),
            "look": legend.look_of(finding),
            "measured": measured,
            "limit": limit,
            "why": self.words(finding.why),
            "figures": self._figures(finding),
        }

    def _outlines(self) -> Iterator[MapLayer]:
        """Draw the towns as wholes, in the colours of their gravest verdicts."""
        gravest = {
            code: figures.gravest_look(f for f in self.findings if f.town == code)
            for code in self.by_code
        }
        looks = [name for name in legend.LOOKS if name in gravest.values()]
        styles = [
            {"title": self.words(style.word), "fill": style.colour}
            for style in map(legend.LOOKS.__getitem__, looks)
        ]
        features: list[Sequence[Json]] = [
            [n, looks.index(gravest[result.town.code]), result.town.name, result.town.code,
             self._areas(result.area_m2), self._shape([result.town.boundary], result.town.crs)[0]]
            for n, result in enumerate(self.results)
        ]  # fmt: skip
        yield MapLayer(
            "towns", self.words(_("Towns by their gravest verdict")), "land", show=True,
            styles=styles, features=features,
        )  # fmt: skip

    def _land(self) -> Iterator[MapLayer]:
        frames = [result.land for result in self.results]
        drawn = list(self._grouped("land_use", frames, legend.land_group))
        if sum(len(each.frame) for each in drawn) > MAX_FEATURES:
            drawn = [each.dissolved(self.lang) for each in drawn]
        groups = groups_of(drawn)
        styles = [
            {"title": self.words(legend.LAND[key].title), "fill": legend.LAND[key].fill}
            for key in groups
        ]
        if drawn:
            yield MapLayer(
                "land", self.words(_("Land survey")), "land", show=True, styles=styles,
                features=self._features(drawn, groups),
            )  # fmt: skip

    def _plans(self) -> Iterator[MapLayer]:
        frames = [result.planned for result in self.results]
        drawn = list(self._grouped("planned_use", frames, legend.use_group))
        groups = groups_of(drawn)
        styles: list[Mapping[str, Json]] = [
            {
                "title": self.words(legend.USES[key].title),
                "fill": legend.USES[key].fill,
                "faint": key == legend.NO_CONSTRUCTION,
            }
            for key in groups
        ]
        if drawn:
            yield MapLayer(
                "plan", self.words(_("Planned use")), "plan", show=True, styles=styles,
                features=self._features(drawn, groups),
            )  # fmt: skip

    def _grouped(
        self, role: str, frames: Iterable[gpd.GeoDataFrame | None], group_of: GroupOf
    ) -> Iterator[Drawn]:
        """Give the pieces of each town that has any, by their groups in the legend.

        Parameters
        ----------
        role
            The role of the layer.
        frames
            The pieces of each of the map's towns.
        group_of
            Finds a piece its group.
        """
        scheme = _scheme(self.assessment, role)
        for n, (result, frame) in enumerate(zip(self.results, frames, strict=True)):
            if frame is not None and len(frame):
                groups = groups_by_code(
                    frame, role, lambda code, three: group_of(code, three, scheme)
                )
                yield Drawn(n, frame, groups, (role,), result.town.crs)

    def _evidence(self) -> Iterator[MapLayer]:
        for name, hatch in reversed(self.signs.items()):  # what decides first is drawn last
            title = self.words(legend.measure_title(self.assessment.rulebook, name))
            style = {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}
            drawn = list(self._measured(name))
            if drawn:
                features = self._features(drawn, [name], numbered=True)
                yield MapLayer(
                    f"measure:{name}", title, "measure", show=False, minor=hatch.frame,
                    styles=[style], features=features,
                )  # fmt: skip

    def _measured(self, name: str) -> Iterator[Drawn]:
        """Give a measure's pieces of each town that has any, the larger first."""
        for n, result in enumerate(self.results):
            measure = result.measures.get(name)
            if measure is not None and len(measure.frame):
                frame = measure.frame.sort_values("area_m2", ascending=False, kind="stable")
                yield Drawn(n, frame, [name] * len(frame), measure.layers, result.town.crs)

    def _rest(self) -> Iterator[MapLayer]:
        hatch = legend.UNCOVERED
        for n, (title, features) in enumerate(self._uncovered().items()):
            style = {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}
            yield MapLayer(
                f"uncovered:{n}", title, "other", show=True, styles=[style], features=features
            )
        unplanned = list(self._unplanned())
        if unplanned:
            title, hatch = self.words(_("No planned use")), legend.UNPLANNED
            style = {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}
            yield MapLayer(
                "unplanned", title, "other", show=False, styles=[style], features=unplanned
            )
        repairs = list(self._repairs())
        if repairs:
            title, hatch = self.words(_("Repaired geometry")), legend.REPAIRED
            style = {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}
            yield MapLayer("repairs", title, "other", show=False, styles=[style], features=repairs)

    def _uncovered(self) -> dict[str, list[list[Json]]]:
        """Draw what the layers leave uncovered, by the title of what is missing there."""
        layers: dict[str, list[list[Json]]] = {}
        for n, result in enumerate(self.results):
            for roles, geometry in gaps(result):
                names = Joined(tuple(terms.role(role) for role in roles), self.comma)
                title = self.words(_("Not covered: {role}", role=names))
                rings = self._shape([geometry], result.town.crs)[0]
                layers.setdefault(title, []).append([n, 0, "", "", [], rings])
        return layers

    def _unplanned(self) -> Iterator[list[Json]]:
        """Draw the land of each town of which the plan may yet say something."""
        for n, result in enumerate(self.results):
            if not result.unplanned.is_empty:
                rings = self._shape([result.unplanned], result.town.crs)[0]
                yield [n, 0, "", "", [], rings]

    def _repairs(self) -> Iterator[list[Json]]:
        """Draw the geometry that was mended, each with what was done to it."""
        for repair in self.assessment.repairs:
            if repair.geometry is not None:
                rings = self._shape([repair.geometry], repair.crs)[0]
                name = f"{self.words(repair.problem)} → {self.words(repair.action)}"
                label = f"{repair.layer} {repair.feature}".strip()
                yield [None, 0, name, label, self._areas(Decimal(repair.area_after_m2)), rings]

    def _features(
        self, drawn: Sequence[Drawn], keys: Sequence[str], *, numbered: bool = False
    ) -> list[Sequence[Json]]:
        """Write the features of a layer, town by town.

        Parameters
        ----------
        drawn
            What it draws.
        keys
            The groups of its legend; a feature names its group by the number in this list.
        numbered
            Whether the first features of each town say where their numbers stand.
        """
        return [
            feature
            for each in drawn
            for feature in self._town_features(each, keys, numbered=numbered)
        ]

    def _town_features(
        self, drawn: Drawn, keys: Sequence[str], *, numbered: bool
    ) -> Iterator[Sequence[Json]]:
        """Write the features of one town.

        Parameters
        ----------
        drawn, keys, numbered
            As for `_features`, of one town.
        """
        frame = drawn.frame
        shapes = self._shape(frame.geometry.array, drawn.crs)
        spots = self._spots(frame, drawn.crs) if numbered else []
        facts = list(self._known(frame)) if numbered else []
        columns = zip(
            texts(frame, "class_name"), piece_ids(frame, drawn.roles) or [""] * len(frame),
            drawn.groups, frame["area_m2"], shapes, strict=True,
        )  # fmt: skip
        for row, (name, id_, group, area, rings) in enumerate(columns):
            areas = self._areas(Decimal(area))
            # measures share their pieces: each geometry stands in the page once
            shape = self._shared(rings) if numbered else rings
            feature = (drawn.town, keys.index(group), name or "", id_ or "", areas, shape)
            more = (facts[row], *spots[row : row + 1]) if numbered else ()
            yield (*feature, *more)

    def _known(self, frame: gpd.GeoDataFrame) -> Iterator[list[int]]:
        """Say what the layers know of each piece, as numbers of the page's facts: many share one."""
        names = [name for name in facts_of([frame]) if name != "class_name"]
        columns = [(name, texts(frame, name)) for name in (*names, "net_m2", "pm_m2")]
        for row in range(len(frame)):
            yield [self._fact(name, text) for name, column in columns if (text := column[row])]

    def _fact(self, name: str, text: str) -> int:
        """Give the number of a fact in the page; each is put into words once."""
        if (name, text) not in self._known_facts:
            title = AREAS[name] if name in AREAS else FACTS[name]
            words = self.words(_("{fact}: {value}", fact=title, value=OWNERS.get(text, text)))
            self._known_facts[name, text] = self._facts.setdefault(words, len(self._facts))
        return self._known_facts[name, text]

    def _shared(self, shape: Shape) -> int:
        """Keep a geometry that several measures may have, and give its number in the page."""
        number = self._shapes.setdefault(str(shape), len(self.shapes))
        if number == len(self.shapes):
            self.shapes.append(shape)
        return number

    def _spots(self, frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> list[list[int]]:
        """Find where the numbers of the largest pieces stand: well inside each of them."""
        largest = np.asarray(frame.geometry.array[: figures.PLACES], dtype=object)
        points = shapely.point_on_surface(largest)
        lonlat = to_lonlat(points, pyproj.CRS.from_user_input(crs))
        return [
            [round(point.x * DEGREE), round(point.y * DEGREE)]
            for point in lonlat
            if not point.is_empty
        ]

    def _areas(self, m2: Decimal) -> list[str]:
        return [part.number for part in figures.area_in_three(m2)]

    def _shape(self, geometries: Sequence[shapely.Geometry], crs: pyproj.CRS) -> list[Shape]:
        array = np.asarray(geometries, dtype=object)
        source = pyproj.CRS.from_user_input(crs)
        if self.tolerance:
            unit = _METRES_PER_DEGREE if source.is_geographic else 1.0
            array = shapely.simplify(array, self.tolerance / unit)
        return rings_of(to_lonlat(array, source))


def _scheme(assessment: Assessment, role: str) -> str | None:
    for spec in assessment.catalog.of_role(role):
        if spec.scheme:
            return str(spec.scheme)
    return None


def _tolerance(results: Sequence[TownResult]) -> float:
    """Choose how far the drawing may leave the true line, in metres, so that a page stays light."""
    vertices = 0
    for result in results:
        frames = [result.land, result.planned, *(m.frame for m in result.measures.values())]
        for frame in frames:
            if frame is not None and len(frame):
                vertices += int(shapely.get_num_coordinates(frame.geometry.array).sum())
    return 0.0 if vertices <= MAX_VERTICES else 0.5 * vertices / MAX_VERTICES


def _lonlat_bounds(result: TownResult) -> list[float]:
    source = pyproj.CRS.from_user_input(result.town.crs)
    shape = to_lonlat(np.array([result.town.boundary], dtype=object), source)[0]
    return [round(float(value), 7) for value in shape.bounds]
