"""The complete lists of a page's patches, which its script lays out, sorts and writes as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.rules.judging.trace import Json
from townland.writing.exchange.lists import harmless
from townland.writing.maps.pieces import (
    AREAS,
    FACTS,
    areas_of,
    fact_words,
    facts_of,
    largest,
    listed_areas,
    piece_ids,
)
from townland.writing.pages import closing
from townland.writing.pages.reader import AssessmentReader

MOST = 3000
"""So many patches of a measure stand in a page, the largest; a file beside it has all of them."""

MOST_ROWS = 15_000
"""So many patches stand in a page at all; of measures that have more, fewer stand in it."""

SAME = -1
"""An area that is the one before it in its row."""

ID = "id"
_JOINS = " ∩ "


@dataclass(frozen=True, slots=True)
class LongerList:
    """A list that is too long for its page: the file that has all of it, as the page reaches it."""

    file: str
    measure: Measure


class PatchLists:
    """The lists of a page. Measures share patches, and patches words: each stands in the page once.

    A row is what its layers know of the patch (a number among `facts`, each of these numbers among
    `texts`), its areas in 0.01 m², and its numbers in the layers (each a number among `ids`).
    """

    def __init__(self, r: AssessmentReader, most: int, stems: Mapping[str, str]) -> None:
        """Begin without any list.

        Parameters
        ----------
        r
            The reader of the page.
        most
            How many patches of a measure stand in the page.
        stems
            How the page's link begins to the files with a town's longer lists, by the town's code; none
            where there are no files beside the page.
        """
        self._r = r
        self._most = most
        self._stems = stems
        self.longer: list[LongerList] = []
        self._texts: dict[str, int] = {"": 0}
        self._ids: dict[str, int] = {}
        self._facts: dict[tuple[int, ...], int] = {}
        self._rows: dict[tuple[int | None, ...], int] = {}
        self._lists: dict[str, Json] = {}

    def __len__(self) -> int:
        return len(self._rows)

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
            self._lists[f"{prefix}-{name}"] = {
                "title": self._r.measure(name),
                "columns": _columns(measure),
                "count": measure.pieces,
                "rules": list(rules),
                "rows": [*self._listed(measure)],
                **self._rest(result, measure),
            }

    def _rest(self, result: TownResult, measure: Measure) -> dict[str, Json]:
        """Say where all patches are of a measure that has more than stand in the page."""
        if len(measure.table) <= self._most:
            return {}
        stem = self._stems.get(result.town.code)
        title = self._r.measure(measure.name)
        if stem is None:
            return {"file": "", "layer": title}
        self.longer.append(LongerList(f"{stem}-{measure.name}.csv", measure))
        return {"file": f"{quote(stem)}-{measure.name}.csv", "layer": title}

    def _listed(self, measure: Measure) -> Iterator[int]:
        """Give the numbers of a measure's rows among all rows."""
        for ids, facts, areas in _rows(self._r, measure, self._most):
            numbers = tuple(self._texts.setdefault(text, len(self._texts)) for text in facts)
            cents: list[int | None] = []
            for n, area in enumerate(areas):
                same = n and area is not None and area == areas[n - 1]
                cents.append(SAME if same else _cents(area))
            row = (
                self._facts.setdefault(numbers, len(self._facts)),
                *cents,
                *(self._ids.setdefault(part, len(self._ids)) for part in ids.split(_JOINS)),
            )
            yield self._rows.setdefault(row, len(self._rows))

    def as_data(self) -> dict[str, Json]:
        """Give what the page's script reads."""
        facts: list[Json] = [list(numbers) for numbers in self._facts]
        rows: list[Json] = [list(row) for row in self._rows]
        return {
            "heads": dict(_heads(self._r)),
            "numbers": list(AREAS),
            "texts": list(self._texts),
            "facts": facts,
            "ids": list(self._ids),
            "rows": rows,
            "lists": self._lists,
        }


def csv_list(r: AssessmentReader, measure: Measure) -> str:
    """Write all patches of a measure as the page's own download has them, as UTF-8 with its mark."""
    columns = _columns(measure)
    heads = _heads(r)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow([r.t("No."), *(heads[name] for name in columns)])
    for number, (ids, facts, areas) in enumerate(_rows(r, measure, len(measure.table)), 1):
        printed = (r.area(area, "m2") if area is not None else "" for area in areas)
        cells = dict(zip(heads, (ids, *facts, *printed), strict=True))
        out.writerow([number, *(harmless(cells[name]) for name in columns)])
    return f"\ufeff{text.getvalue()}"


def _heads(r: AssessmentReader) -> dict[str, str]:
    return {ID: r.t("Id"), **{key: r.w(words) for key, words in (*FACTS.items(), *AREAS.items())}}


def _columns(measure: Measure) -> list[str]:
    """Choose the columns that some patch of a measure fills."""
    return [ID, *facts_of([measure.table]), *listed_areas([measure.table])]


def _rows(
    r: AssessmentReader, measure: Measure, most: int
) -> Iterator[tuple[str, list[str], list[Decimal | None]]]:
    """Give the largest patches of a measure: their numbers in the layers, facts in words, areas.

    Parameters
    ----------
    r, measure
        The reader, and the measure.
    most
        How many.
    """
    table = largest(measure.table, most)
    ids = piece_ids(table, measure.layers) or [""] * len(table)
    facts = [[r.w(fact_words(name, t)) for t in table.texts(name)] for name in FACTS]
    areas = [areas_of(table, name) for name in AREAS]
    for at, id_ in enumerate(ids):
        yield id_, [column[at] for column in facts], [column[at] for column in areas]


def _cents(area: Decimal | None) -> int | None:
    return None if area is None else int((closing.printed(area, "m2") * 100).to_integral_value())
