"""What the map's page draws, as plain data: compact, in longitude and latitude, in words.

A geometry is a list of polygons, each a list of rings, each a list of whole numbers: 1e-7 degrees,
the first point, then the steps from point to point. Every number that a reader sees is printed
here, from decimals; the page's script computes places and nothing else.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from townland.geodesy.crs import to_lonlat
from townland.i18n import Joined, Words, _, render
from townland.writing.pages import figures
from townland.writing.pages import look as legend

MAX_FEATURES = 20_000
MAX_VERTICES = 600_000
PLACES = 9
"""How many pieces of a measure and town get a number and a line in the list."""

_DEGREE = 10_000_000
_METRES_PER_DEGREE = 111_320.0


@dataclass
class Layer:
    """One switchable layer of the map: its place in the drawing order, its styles, its features."""

    key: str
    title: str
    kind: str
    show: bool
    minor: bool = False
    styles: list[dict[str, Any]] = field(default_factory=list)
    features: list[list[Any]] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
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

    def __init__(self, assessment: Any, results: Sequence[Any], lang: str) -> None:
        self.assessment = assessment
        self.results = results
        self.lang = lang
        self.comma = "、" if lang == "zh" else ", "
        self.tolerance = _tolerance(results)
        codes = {result.town.code for result in results}
        self.findings = [f for f in assessment.findings if f.town is None or f.town in codes]
        self.by_code = {result.town.code: result for result in results}
        self.hatches = legend.hatches(
            _measures(results), [(str(f.verdict), self._shown(f)) for f in self.findings]
        )
        self.layers = [*self._land(), *self._plans(), *self._evidence(), *self._rest()]

    def words(self, text: Words | str) -> str:
        """Put a text into the map's language."""
        return render(text, self.lang)

    def as_data(self) -> dict[str, Any]:
        """Give what the page's script reads."""
        return {
            "lang": self.lang,
            "words": {key: self.words(text) for key, text in WORDS.items()},
            "patterns": {
                name: {"size": p.size, "path": p.path, "width": p.width, "dots": p.dots}
                for name, p in legend.PATTERNS.items()
            },
            "verdicts": {
                name: {
                    "word": self.words(look.word),
                    "mark": look.mark,
                    "colour": look.colour,
                    "ground": look.ground,
                }
                for name, look in legend.VERDICTS.items()
            },
            "towns": [self._town(result) for result in self.results],
            "backgrounds": self._backgrounds(),
            "layers": [layer.as_data() for layer in self.layers],
            "findings": [self._finding(f) for f in figures.by_severity(self.findings)],
        }

    def _backgrounds(self) -> list[dict[str, Any]]:
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
            if picture.town in self.by_code
        ]

    def bounds(self) -> list[list[float]]:
        """Give the map's first view: all towns, south-west and north-east."""
        boxes = np.array([_lonlat_bounds(result) for result in self.results])
        west, south = boxes[:, 0].min(), boxes[:, 1].min()
        east, north = boxes[:, 2].max(), boxes[:, 3].max()
        return [[round(south, 7), round(west, 7)], [round(north, 7), round(east, 7)]]

    def _town(self, result: Any) -> dict[str, Any]:
        west, south, east, north = _lonlat_bounds(result)
        built = construction(result, _scheme(self.assessment, "planned_use"))
        return {
            "code": result.town.code,
            "name": result.town.name,
            "area": self._areas(result.area_m2),
            "rings": self._shape([result.town.boundary], result.town.crs)[0],
            "built": [] if built is None else self._shape([built], result.town.crs)[0],
            "bounds": [[south, west], [north, east]],
        }

    def _shown(self, finding: Any) -> list[str]:
        """Name the measures that show a finding; for one on all towns, those it names itself."""
        if finding.town in self.by_code:
            return figures.shown_measures(finding, self.by_code[finding.town])
        known = _measures(self.results)
        return [name for name in finding.evidence if name in known]

    def _finding(self, finding: Any) -> dict[str, Any]:
        shown = figures.shown_unit(finding, self.assessment.rulebook)

        def words(value: Any) -> str:
            return figures.figure(value, finding.unit, shown).render(self.lang)

        towns = [result.town.code for result in self.results]
        return {
            "rule": finding.rule,
            "title": self.words(finding.title),
            "town": towns.index(finding.town) if finding.town in towns else None,
            "verdict": str(finding.verdict),
            "measured": words(finding.measured),
            "limit": words(finding.limit),
            "why": self.words(finding.why),
            "layers": [f"measure:{name}" for name in self._shown(finding)],
        }

    def _land(self) -> Iterator[Layer]:
        layer = Layer("land", self.words(_("Land survey")), "land", show=True)
        scheme = _scheme(self.assessment, "land_use")
        used: dict[str, int] = {}
        dissolve = sum(len(r.land) for r in self.results if r.land is not None) > MAX_FEATURES
        for n, result in enumerate(self.results):
            frame = result.land
            if frame is None or not len(frame):
                continue
            groups = [
                legend.land_group(code, three, scheme)
                for code, three in zip(
                    _texts(frame, "land_use_code"), _texts(frame, "three_class"), strict=True
                )
            ]
            if dissolve:
                frame, groups = _dissolved(frame, groups, self.lang)
            self._add(layer, frame, n, groups, used, ("land_use",), result.town.crs)
        layer.styles = [
            {"title": self.words(legend.LAND[key].title), "fill": legend.LAND[key].fill}
            for key in used
        ]
        if layer.features:
            yield layer

    def _plans(self) -> Iterator[Layer]:
        layer = Layer("plan", self.words(_("Planned use")), "plan", show=True)
        scheme = _scheme(self.assessment, "planned_use")
        used: dict[str, int] = {}
        for n, result in enumerate(self.results):
            frame = result.planned
            if frame is None or not len(frame):
                continue
            groups = [
                legend.use_group(code, three, scheme)
                for code, three in zip(
                    _texts(frame, "planned_use_code"), _texts(frame, "three_class"), strict=True
                )
            ]
            self._add(layer, frame, n, groups, used, ("planned_use",), result.town.crs)
        layer.styles = [
            {
                "title": self.words(legend.USES[key].title),
                "fill": legend.USES[key].fill,
                "faint": key == legend.NO_CONSTRUCTION,
            }
            for key in used
        ]
        if layer.features:
            yield layer

    def _evidence(self) -> Iterator[Layer]:
        shown = {name for finding in self.findings for name in self._shown(finding)}
        for name, hatch in reversed(self.hatches.items()):  # the gravest is drawn last
            title = self.words(legend.measure_title(self.assessment, name))
            layer = Layer(f"measure:{name}", title, "measure", False, name not in shown)
            layer.styles = [{"title": title, "pattern": hatch.pattern, "colour": hatch.colour}]
            for n, result in enumerate(self.results):
                measure = result.measures.get(name)
                if measure is None or not len(measure.frame):
                    continue
                frame = measure.frame.sort_values("area_m2", ascending=False, kind="stable")
                groups = [name] * len(frame)
                self._add(layer, frame, n, groups, {name: 0}, measure.layers, result.town.crs)
            if layer.features:
                yield layer

    def _rest(self) -> Iterator[Layer]:
        hatch = legend.UNCOVERED
        uncovered: dict[str, Layer] = {}
        for n, result in enumerate(self.results):
            for roles, geometry in gaps(result):
                names = Joined(tuple(legend.role(role) for role in roles), self.comma)
                title = self.words(_("Not covered: {role}", role=names))
                style = {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}
                layer = uncovered.setdefault(
                    title,
                    Layer(f"uncovered:{len(uncovered)}", title, "other", True, styles=[style]),
                )
                rings = self._shape([geometry], result.town.crs)[0]
                layer.features.append([n, 0, "", "", [], rings])
        yield from uncovered.values()
        repairs = [r for r in self.assessment.repairs if r.geometry is not None]
        if repairs:
            title = self.words(_("Repaired geometry"))
            hatch = legend.REPAIRED
            style = {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}
            features = []
            for repair in repairs:
                rings = self._shape([repair.geometry], repair.crs)[0]
                name = f"{self.words(repair.problem)} → {self.words(repair.action)}"
                label = f"{repair.layer} {repair.feature}".strip()
                areas = self._areas(Decimal(repair.area_after_m2))
                features.append([None, 0, name, label, areas, rings])
            yield Layer("repairs", title, "other", False, styles=[style], features=features)

    def _add(
        self, layer: Layer, frame: Any, town: int, groups: list[str], used: dict[str, int],
        roles: Sequence[str], crs: Any,
    ) -> None:  # fmt: skip
        names = _texts(frame, "class_name")
        ids = piece_ids(frame, roles) or [""] * len(frame)
        shapes = self._shape(frame.geometry.array, crs)
        spots = self._spots(frame, crs) if layer.kind == "measure" else []
        for row, (name, id_, group, area, rings) in enumerate(
            zip(names, ids, groups, frame["area_m2"], shapes, strict=True)
        ):
            style = used.setdefault(group, len(used))
            feature = [town, style, name or "", id_ or "", self._areas(Decimal(area)), rings]
            layer.features.append([*feature, spots[row]] if row < len(spots) else feature)

    def _spots(self, frame: Any, crs: Any) -> list[list[int]]:
        """Find where the numbers of the largest pieces stand: well inside each of them."""
        largest = np.asarray(frame.geometry.array[:PLACES], dtype=object)
        points = shapely.point_on_surface(largest)
        lonlat = to_lonlat(points, pyproj.CRS.from_user_input(crs))
        return [
            [round(point.x * _DEGREE), round(point.y * _DEGREE)]
            for point in lonlat
            if not point.is_empty
        ]

    def _areas(self, m2: Decimal) -> list[str]:
        return [part.number for part in figures.area_in_three(m2)]

    def _shape(self, geometries: Any, source: Any) -> list[list[list[list[int]]]]:
        array = np.asarray(geometries, dtype=object)
        source = pyproj.CRS.from_user_input(source)
        if self.tolerance:
            unit = _METRES_PER_DEGREE if source.is_geographic else 1.0
            array = shapely.simplify(array, self.tolerance / unit)
        return [_rings(geometry) for geometry in to_lonlat(array, source)]


WORDS: dict[str, Words] = {
    "m2": _("m²"),
    "ha": _("ha"),
    "mu": _("mu"),
    "area": _("Area"),
    "id": _("Id"),
    "north": _("N"),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
    "whole": _("Show everything"),
    "close": _("Close"),
    "here": _("What lies here"),
    "piece": _("Piece"),
    "largest": _("Largest pieces"),
    "measured": _("Measured"),
    "limit": _("Limit"),
    "nothing": _("No piece of land to show for this finding."),
    "minor": _("Other measures"),
    "construction": _("Planned construction land, outline"),
    "no_findings": _("No finding for this town."),
    "boundary": _("Town boundary"),
    "together": _("All towns together"),
    "shown": _("On the map: {finding}"),
    "pieces": _("{n} pieces"),
}


KINDS: dict[str, Words] = {"imagery": _("Imagery"), "relief": _("Shaded relief")}


def gaps(result: Any) -> list[tuple[list[str], Any]]:
    """List what the layers leave uncovered of a town: each gap once, with the roles that share it."""
    found: dict[bytes, tuple[list[str], Any]] = {}
    for role, geometry in result.uncovered.items():
        if geometry is not None and not geometry.is_empty:
            found.setdefault(shapely.normalize(geometry).wkb, ([], geometry))[0].append(role)
    return list(found.values())


def construction(result: Any, scheme: str | None) -> Any:
    """Unite the plots that are planned for construction, for their common outline; None without."""
    frame = result.planned
    if frame is None or not len(frame):
        return None
    groups = [
        legend.use_group(code, three, scheme)
        for code, three in zip(
            _texts(frame, "planned_use_code"), _texts(frame, "three_class"), strict=True
        )
    ]
    plots = frame.geometry.array[[group != legend.NO_CONSTRUCTION for group in groups]]
    return shapely.union_all(np.asarray(plots, dtype=object)) if len(plots) else None


def _measures(results: Sequence[Any]) -> list[str]:
    """List the names of the measures that have any piece, in the rulebook's order."""
    names: dict[str, None] = {}
    for result in results:
        names.update(
            (name, None) for name, m in result.measures.items() if m.layers and len(m.frame)
        )
    return list(names)


def piece_ids(frame: Any, roles: Sequence[str]) -> list[str]:
    """Name pieces by the features that meet in them, in the order of the layers."""
    columns = [_texts(frame, f"{role}_id") for role in roles]
    return [" ∩ ".join(id_ for id_ in ids if id_) for ids in zip(*columns, strict=True)]


def _scheme(assessment: Any, role: str) -> str | None:
    for spec in assessment.catalog.of_role(role):
        if spec.scheme:
            return str(spec.scheme)
    return None


def _texts(frame: Any, column: str) -> list[str | None]:
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(value) else str(value) for value in frame[column]]


def _tolerance(results: Sequence[Any]) -> float:
    """Choose how far the drawing may leave the true line, in metres, so that a page stays light."""
    vertices = 0
    for result in results:
        frames = [result.land, result.planned, *(m.frame for m in result.measures.values())]
        for frame in frames:
            if frame is not None and len(frame):
                vertices += int(shapely.get_num_coordinates(frame.geometry.array).sum())
    return 0.0 if vertices <= MAX_VERTICES else 0.5 * vertices / MAX_VERTICES


def _dissolved(frame: Any, groups: list[str], lang: str) -> tuple[Any, list[str]]:
    """Merge a town's land by legend group: too many features to draw one by one."""
    rows = []
    for key in dict.fromkeys(groups):
        part = frame[[group == key for group in groups]]
        rows.append(
            {
                "class_name": render(legend.LAND[key].title, lang),
                "area_m2": sum(part["area_m2"], Decimal(0)),
                "geometry": shapely.union_all(part.geometry.array),
            }
        )
    merged = type(frame)(rows, geometry="geometry", crs=frame.crs)
    return merged, list(dict.fromkeys(groups))


def _lonlat_bounds(result: Any) -> list[float]:
    source = pyproj.CRS.from_user_input(result.town.crs)
    shape = to_lonlat(np.array([result.town.boundary], dtype=object), source)[0]
    return [round(float(value), 7) for value in shape.bounds]


def _rings(geometry: Any) -> list[list[list[int]]]:
    """Encode a geometry: rings of 1e-7 degrees, the first point and then steps."""
    polygons = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return [
        [_steps(ring) for ring in (polygon.exterior, *polygon.interiors)] for polygon in polygons
    ]


def _steps(ring: Any) -> list[int]:
    points = np.rint(shapely.get_coordinates(ring)[:-1] * _DEGREE).astype(np.int64)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    keep = np.concatenate(([True], (steps[1:] != 0).any(axis=1)))
    return [int(value) for value in steps[keep].ravel()]
