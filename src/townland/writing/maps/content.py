"""What the map's page draws, as plain data: compact, in longitude and latitude, in words."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pyproj

from townland import terms
from townland.geodesy.crs import to_lonlat
from townland.i18n import Words, _, render
from townland.measuring import TownResult
from townland.results import Assessment
from townland.rules.judging.finding import Finding
from townland.rules.judging.trace import Json
from townland.writing.maps.layers import Layers
from townland.writing.maps.packing import (
    DEGREE,
    METRES_PER_DEGREE,
    PackedShapes,
    coarse_m,
    tolerance_m,
)
from townland.writing.maps.pieces import construction, scheme_of
from townland.writing.maps.planes import plane_of
from townland.writing.maps.tiles import NO_TILES, online_maps
from townland.writing.maps.words import KINDS, LARGEST, WORDS
from townland.writing.pages import figures
from townland.writing.pages import look as legend


class Content:
    """Everything one map shows of `results` in `lang`."""

    def __init__(
        self,
        assessment: Assessment,
        results: Sequence[TownResult],
        lang: str,
        *,
        pages: Sequence[str] = (),
        online: bool = False,
        signs: Mapping[str, legend.Hatch] | None = None,
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
        online
            Whether the online maps that the catalog names lie behind.
        signs
            As for `Layers`.
        """
        self.assessment = assessment
        self.pages = pages
        self.results = results
        self.lang = lang
        codes = [*(result.town.code for result in results), None]
        self.findings = [each for code in codes for each in assessment.findings_of(code)]
        self.by_code = {result.town.code: result for result in results}
        bounds = (south, west), (north, _east) = self.bounds()
        self.online = online_maps(assessment, bounds, lang) if online else NO_TILES
        origin = round(west * DEGREE), round(south * DEGREE)
        drawn = [] if pages else _drawn(results)
        far = coarse_m(drawn, (north - south) * METRES_PER_DEGREE)
        self.shapes = PackedShapes(origin, tolerance_m(drawn), far)
        self._layers = Layers(assessment, results, lang, self.shapes, signs)
        made = self._layers.outlines() if pages else self._layers.all()
        self.layers = list(made)

    def words(self, text: Words | str) -> str:
        """Put a text into the map's language."""
        return render(text, self.lang)

    def _sentences(self) -> dict[str, Words]:
        """Give what the page's script says; beside what is redacted lies no ``evidence.gpkg``."""
        return WORDS | {"some": LARGEST} if self.assessment.redacted else WORDS

    def _simplified(self) -> str:
        """Say how far lines are drawn from where they are; empty where they are drawn exactly."""
        if not self.shapes.tolerance_m:
            return ""
        metres = f"{self.shapes.tolerance_m:g}"
        if self.assessment.redacted:
            return self.words(_("Lines are drawn within about {metres} m.", metres=metres))
        return self.words(_("Lines are drawn within about {metres} m; evidence.gpkg has them exactly.",
                            metres=metres))  # fmt: skip

    def as_data(self) -> dict[str, Json]:
        """Give what the page's script reads."""
        data: dict[str, Json] = {
            "lang": self.lang,
            "words": {key: self.words(text) for key, text in self._sentences().items()},
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
            "findings": [self._finding(f) for f in figures.by_severity(self.findings)],
        }
        data |= {
            "tiles": self.online.data,
            "origin": list(self.shapes.origin),
            "coarse": self.shapes.coarse_m,
            "shapes": self.shapes.packed,
            "texts": self._layers.texts,
            "facts": self._layers.facts,
            "groups": self._layers.groups,
            "simplified": self._simplified(),
        }
        return data

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
        scheme = scheme_of(self.assessment, "planned_use")
        built = None if self.pages else construction(result, scheme)
        own = self.assessment.findings_of(result.town.code)
        plane = plane_of(result, redacted=self.assessment.redacted)
        return {
            "code": result.town.code,
            "name": result.town.name,
            "look": figures.gravest_look(own),
            "area": [part.number for part in figures.area_in_three(result.area_m2)],
            "shape": self.shapes.add([result.town.boundary], result.town.crs)[0],
            "built": None if built is None else self.shapes.add([built], result.town.crs)[0],
            "bounds": [[south, west], [north, east]],
            "map": quote(self.pages[self.results.index(result)]) if self.pages else "",
            "plane": None if plane is None else {**asdict(plane), "title": self.words(plane.title)},
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


def _drawn(
    results: Sequence[TownResult],
) -> list[tuple[npt.NDArray[np.object_], pyproj.CRS]]:
    """List what is drawn of the towns, layer by layer."""
    drawn = []
    for result in results:
        frames = [each for each in (result.land, result.planned) if each is not None]
        shapes = [np.asarray(each.geometry.array, dtype=object) for each in frames if len(each)]
        shapes += [each.table.geometry for each in result.measures.values() if each.pieces]
        drawn += [(each, result.town.crs) for each in shapes]
    return drawn


def _lonlat_bounds(result: TownResult) -> list[float]:
    source = pyproj.CRS.from_user_input(result.town.crs)
    shape = to_lonlat(np.array([result.town.boundary], dtype=object), source)[0]
    return [round(float(value), 7) for value in shape.bounds]
