"""What stands in a trace, told to a reader: rows as words and figures, no key and no raw data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from townland import units
from townland.i18n import Joined, Words, _, render
from townland.rules import stating
from townland.rules.kinds import stages
from townland.rules.need_table import source_words
from townland.writing.pages import figures, look

PARTS: Mapping[str, Words] = {
    "zones": _("by zone"),
    "balance": _("by what the land was"),
    "uses": _("by planned use"),
    "reuse": _("land to use first"),
    "replace": _("to be replaced"),
    "supply": _("land supply of a year"),
    "readings": _("reading"),
    "sites": _("site"),
    "ranges": _("asked for"),
    "events": _("event"),
    "state": _("stage"),
    "due": _("subsidy due"),
    "segments": _("segment of industry"),
    "pairs": _("distance"),
    "counts": _("list"),
    "sums": _("in sum"),
    "lists": _("on the lists"),
    "patches": _("features met"),
}
"""What the parts of a trace are called that stand beside its formula and figure, in their order."""

LABELS: Mapping[str, Words] = {
    "area_m2": _("area"),
    "gross_m2": _("gross"),
    "net_m2": _("net of ridges"),
    "sliver_m2": _("of it slivers"),
    "used_m2": _("used"),
    "total_m2": _("in all"),
    "idle_m2": _("left idle"),
    "bank_m2": _("the bank holds"),
    "short_m2": _("short"),
    "share": _("share"),
    "counted": _("counted"),
    "pieces": _("in pieces"),
    "verdict": _("where there is any"),
    "document": _("document"),
    "approved_ha": _("approved, ha"),
    "supplied_ha": _("supplied, ha"),
    "rate": _("rate"),
    "by_sum": _("sum by sum"),
    "keeps": _("keeps the bar"),
    "met": _("meets the bar"),
    "value": _("value"),
    "least": _("least"),
    "most": _("most"),
    "start": _("start"),
    "end": _("end of the transition"),
    "registered": _("new use registered"),
    "days_left": _("days left"),
    "due": _("acceptance due by"),
    "overdue": _("overdue"),
    "since": _("since"),
    "odd": _("events out of order"),
    "wan": _("× 10,000 yuan"),
    "count": _("count"),
    "target": _("target"),
    "unknown": _("not stated by"),
    "distance_m": _("distance in metres"),
    "listed": _("on the list"),
    "sliver": _("sliver only"),
    "entries": _("entries"),
}
"""What stands before a value; a key that is not here has a value that speaks for itself."""

_LEFT_OUT = frozenset({"net_ha", "net_mu", "used"})
_ONLY_IF_ANY = frozenset({"sliver", "sliver_m2", "odd", "unknown"})
_HEADS = (
    "on", "town", "towns", "measure", "measures", "basis", "total", "segment", "place", "title",
    "name", "field", "list", "year", "source", "id", "event", "stage", "entry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts values into words for one reader: names of towns by code, titles of measures by name."""

    lang: str
    unit: str
    towns: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)

    def t(self, words: Words | str) -> str:
        """Put words into the reader's language."""
        return render(words, self.lang)

    def part(self, held: Any) -> Iterator[str]:
        """Tell a part of a trace, a line for each of its rows; those of patches by their measure."""
        if isinstance(held, Mapping) and held and all(isinstance(v, list) for v in held.values()):
            for name, rows in held.items():
                for row in rows:
                    yield self.row({"measure": name, **row})
            return
        for row in held if isinstance(held, list) else [held]:
            yield self.row(row) if isinstance(row, Mapping) else self.value("", row)

    def row(self, row: Mapping[str, Any]) -> str:
        """Tell one row: what it is of, and its values with what they are."""
        kept = {
            key: value
            for key, value in row.items()
            if key not in _LEFT_OUT and not (key in _ONLY_IF_ANY and not value)
        }
        heads = self._heads(kept)
        rest = [
            self.t(_("{name}: {value}", name=self._label(key), value=self.value(key, value)))
            for key, value in kept.items()
            if key not in _HEADS and value is not None
        ]
        head, tail = " · ".join(heads), self._joined(rest, "；", "; ")
        if head and tail:
            return self.t(_("{name} — {value}", name=head, value=tail))
        return head or tail

    def _heads(self, row: Mapping[str, Any]) -> list[str]:
        """Say what a row is of; a title of its own says more than the key of a field."""
        left_out = ("field",) if row.get("title") else ()
        kept = [key for key in _HEADS if row.get(key) is not None and key not in left_out]
        return [self.value(key, row[key]) for key in kept]

    def _label(self, key: str) -> str:
        return self.t(LABELS.get(key) or stating.field(key))

    def _joined(self, parts: Iterable[str], chinese: str, other: str) -> str:
        return Joined(tuple(parts), chinese if self.lang == "zh" else other).render(self.lang)

    def listed(self, parts: Iterable[str]) -> str:
        """Name several things, one after another."""
        return self._joined(parts, "、", ", ")

    def value(self, key: str, value: Any) -> str:
        """Tell one value by its key."""
        if value is None:
            return figures.NOTHING
        if isinstance(value, Mapping):
            return str(value.get(self.lang, ""))
        if isinstance(value, list):
            return self.listed(self.value(key, each) for each in value) or self.t(_("none"))
        if isinstance(value, bool):
            return self.t(_("yes") if value else _("no"))
        if key in ("rate", "share"):
            return self.figure(value, "share")
        if key.endswith("_m2"):
            return self.figure(value, "m2")
        if key == "value" and self.unit not in ("m2", "count", "share"):
            return self.figure(value, self.unit)
        if isinstance(value, int | float | Decimal):
            return str(value) if key == "year" else figures.plain(number(value))
        told = _VALUES.get(key)
        return str(value) if told is None else self.t(told(self, str(value)) or str(value))

    def figure(self, value: Any, unit: str) -> str:
        """Print a figure with its unit: an area to the last digit, a share as it is traced, too."""
        if value is None or isinstance(value, str):
            return figures.figure(value, unit).render(self.lang)
        exact = number(value)
        if unit == "m2":
            three = [part.render(self.lang) for part in figures.area_in_three(exact)]
            return three[0] if exact < units.to_m2(1, "mu") else f"{three[0]} = {three[1]}"
        if unit == "share":
            percent = figures.figure(exact, unit).render(self.lang)
            return f"{figures.plain(exact)} = {percent}"
        return figures.figure(exact, unit).render(self.lang)

    def parameter(self, value: Any, unit: str) -> str:
        """Print a number that a rule judges by in the unit that its rulebook states it in."""
        if unit == "share":
            return self.figure(value, unit)
        plain = figures.plain(number(value))
        return figures.Figure(plain, figures.UNITS.get(unit, unit)).render(self.lang)

    def term(self, term: Mapping[str, Any], unit: str) -> str:
        """Tell one addend of a figure: what it is, and its value."""
        heads = self._heads(term)
        if term.get("figure") in _FIGURES:
            heads.append(self.t(_FIGURES[term["figure"]]))
        unit = "m2" if "measure" in term else unit
        more = [self.value(key, term[key]) for key in ("entries", "document") if term.get(key)]
        said = self.t(
            _("{name}: {value}", name=" · ".join(heads), value=self.figure(term["value"], unit))
        )
        return said if not more else self.t(_("{said} ({more})", said=said, more=self.listed(more)))

    def steps(self, trace: Mapping[str, Any]) -> Iterator[str]:
        """Tell how the figure comes about, as it is computed again."""
        if trace.get("quotient"):
            yield self._quotient(trace["quotient"])
        elif trace.get("ratio"):
            yield from self._ratio(trace["ratio"])
        elif trace.get("deadline"):
            kept = trace["deadline"]
            if kept["years"]:
                yield self.t(_("{day} and {n} year(s)", day=kept["from"], n=kept["years"]))
            else:
                yield str(kept["from"])
        else:
            for one in trace.get("terms") or ():
                yield self.term(one, self.unit)

    def _quotient(self, kept: Mapping[str, Any]) -> str:
        of, by, times = (number(kept[key]) for key in ("of", "by", "times"))
        by_words = f"{figures.plain(of)} ÷ {figures.plain(by)}"
        if times != 1:
            by_words += f" × {figures.plain(times)}"
        return self.t(_("{sum}, to {n} decimals", sum=by_words, n=kept["digits"]))

    def _ratio(self, kept: Mapping[str, Any]) -> Iterator[str]:
        for one in kept["of"]:
            yield self.t(_("divided: {term}", term=self.term(one, "")))
        for one in kept["by"]:
            yield self.t(_("by: {term}", term=self.term(one, "")))
        factor = kept.get("factor", 1)
        if factor != 1:
            yield self.t(_("times {n}", n=figures.plain(number(factor))))
        if kept.get("area_unit") and kept["of"]:
            counted = figures.UNITS[kept["area_unit"]]
            yield self.t(_("the area counted in {unit}", unit=counted))


def number(value: Any) -> Decimal:
    """Take a number of a trace as it prints, without needless zeros behind the point.

    >>> number(3.0), number(1234.5), number(700)
    (Decimal('3'), Decimal('1234.5'), Decimal('700'))
    """
    exact = units.exact(value)
    whole = exact.to_integral_value()
    return whole if whole == exact else exact


def _stage(_teller: Teller, name: str) -> Words | None:
    return stages.WORDS.get(stages.Stage(name)) if name in list(stages.Stage) else None


_FIGURES: Mapping[str, Words] = {
    "area_m2": _("gross"),
    "net_m2": _("net of ridges"),
    "declared": _("as the dossier states it"),
}
_VALUES: Mapping[str, Callable[[Teller, str], Words | str | None]] = {
    "town": lambda teller, code: teller.towns.get(code),
    "towns": lambda teller, code: teller.towns.get(code),
    "unknown": lambda teller, code: teller.towns.get(code),
    "measure": lambda teller, name: teller.measures.get(name),
    "measures": lambda teller, name: teller.measures.get(name),
    "basis": lambda teller, name: teller.measures.get(name),
    "total": lambda teller, name: teller.measures.get(name),
    "field": lambda _teller, path: stating.field(path),
    "list": lambda _teller, path: stating.field(path),
    "source": lambda _teller, name: source_words(name),
    "verdict": lambda _teller, name: look.VERDICTS[name].word,
    "event": lambda _teller, name: stages.EVENT_WORDS.get(name),
    "odd": lambda _teller, name: stages.EVENT_WORDS.get(name),
    "stage": _stage,
}
