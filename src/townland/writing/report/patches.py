"""The complete lists of a page's patches, which its script lays out, sorts and writes as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.rules.judging.trace import Json
from townland.writing.maps.pieces import AREAS, FACTS, OWNERS, facts_of, largest, piece_ids, texts
from townland.writing.pages.reader import AssessmentReader

MOST = 3000
"""So many patches of a measure stand in the page, the largest; all of them are in the evidence."""

ID = "id"


class PatchLists:
    """The lists of a page. Measures share patches, and patches words: each stands in the page once.

    A row is the patch's number in its layers, what they know of it (each a number among `texts`), and
    its areas in m² as printed, an area equal to the one before it as 0.
    """

    def __init__(self, r: AssessmentReader) -> None:
        """Begin without any list.

        Parameters
        ----------
        r
            The reader of the page.
        """
        self._r = r
        self._texts: dict[str, int] = {"": 0}
        self._rows: dict[tuple[str | int, ...], int] = {}
        self._lists: dict[str, Json] = {}

    def add(self, prefix: str, result: TownResult, names: Mapping[str, Sequence[str]]) -> None:
        """List all patches of a town's measures, the largest first, in the order of their numbers.

        Parameters
        ----------
        prefix
            Begins the keys of the town's lists.
        result
            The town.
        names
            The measures that findings show, each with the rules that show it.
        """
        for name, rules in names.items():
            measure = result.measures[name]
            frame = largest(measure.frame, MOST)
            areas = [each for each in AREAS if each in frame and frame[each].notna().any()]
            rows: list[Json] = [*self._listed(measure)]
            self._lists[f"{prefix}-{name}"] = {
                "title": self._r.measure(name),
                "layer": name,
                "columns": [ID, *facts_of([frame]), *areas],
                "count": measure.pieces,
                "rules": list(rules),
                "rows": rows,
            }

    def _listed(self, measure: Measure) -> list[int]:
        """Give the numbers of a measure's rows among all rows."""
        frame = largest(measure.frame, MOST)
        ids = piece_ids(frame, measure.layers) or [""] * len(frame)
        known = [texts(frame, name) for name in FACTS]
        areas = [list(frame[name]) if name in frame else [None] * len(frame) for name in AREAS]
        numbers = []
        for at, id_ in enumerate(ids):
            facts = [self._text(column[at]) for column in known]
            printed = [self._area(column[at]) for column in areas]
            same = [0 if n and area == printed[n - 1] else area for n, area in enumerate(printed)]
            row = (id_ or "", *facts, *same)
            numbers.append(self._rows.setdefault(row, len(self._rows)))
        return numbers

    def _text(self, text: str | None) -> int:
        words = self._r.w(OWNERS.get(text or "", text))
        return self._texts.setdefault(words, len(self._texts))

    def _area(self, value: object) -> str:
        return self._r.area(value, "m2") if isinstance(value, Decimal) else ""

    def as_data(self) -> dict[str, Json]:
        """Give what the page's script reads."""
        heads: dict[str, Json] = {ID: self._r.t("Id")}
        heads |= {name: self._r.w(words) for name, words in (*FACTS.items(), *AREAS.items())}
        rows: list[Json] = [list(row) for row in self._rows]
        return {
            "heads": heads,
            "numbers": list(AREAS),
            "texts": list(self._texts),
            "rows": rows,
            "lists": self._lists,
        }
