"""What stands in a trace, put into words for a reader: no key and no raw data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from townland import terms, units
from townland.i18n import Words, _, render
from townland.rules.judging.trace import (
    OWN,
    Column,
    Deadline,
    Name,
    Quotient,
    Ratio,
    Row,
    Rows,
    Sum,
    Term,
    Titled,
    Trace,
)
from townland.writing.pages import figures, look


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

    def part(self, rows: Rows) -> Iterator[str]:
        """Put a part of a trace into words, a line a row; rows of a measure begin with its title."""
        if isinstance(rows, Mapping):
            for measure, patches in rows.items():
                for row in patches:
                    yield self.row(row, self.name(Name.MEASURE, measure))
            return
        for row in rows if isinstance(rows, tuple) else (rows,):
            yield self.row(row)

    def row(self, row: Row, of: str = "") -> str:
        """Put one row into words: what it is of, and its values with what they are."""
        heads, rest = [of] if of else [], []
        titled = getattr(row, "title", None) is not None
        for name, column, value in row.stated():
            if value is None or not column.shown or (column.if_any and not value):
                continue
            if column.title is not None:
                title = self.t(column.title)
                words = _("{name}: {value}", name=title, value=self.value(column, value))
                rest.append(self.t(words))
            # a title of its own says more than the key of a field
            elif not (titled and column.of is Name.FIELD and name == "field"):
                heads.append(self.value(column, value))
        head, tail = " · ".join(heads), self.t(_("; ")).join(rest)
        if head and tail:
            return self.t(_("{name} — {value}", name=head, value=tail))
        return head or tail

    def listed(self, parts: Iterable[str]) -> str:
        """Name several things, one after another."""
        return self.t(_(", ")).join(parts)

    def value(self, column: Column, value: object) -> str:
        """Put one value into words as its column says."""
        if value is None:
            return figures.NOTHING
        if isinstance(value, Titled):
            return self.t(value.words())
        if isinstance(value, tuple | list):
            return self.listed(self.value(column, each) for each in value) or self.t(_("none"))
        if isinstance(value, bool):
            return self.t(_("yes") if value else _("no"))
        if isinstance(value, int | Decimal):
            unit = self.unit if column.unit == OWN else column.unit
            if not unit or (column.unit == OWN and unit in ("m2", "count", "share")):
                return figures.plain(number(value))
            return self.figure(number(value), unit)
        text = str(value)
        return (
            self.t(column.words.get(text, text))
            if column.of is None
            else self.name(column.of, text)
        )

    def name(self, of: Name, key: str) -> str:
        """Call a town, a measure, a field, a source or a verdict as people do."""
        if of is Name.TOWN:
            return self.towns.get(key, key)
        if of is Name.MEASURE:
            return self.measures.get(key, key)
        if of is Name.FIELD:
            return self.t(terms.dossier_field(key))
        return self.t(terms.source(key) if of is Name.SOURCE else look.VERDICTS[key].word)

    def figure(self, value: Decimal | str | None, unit: str) -> str:
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

    def parameter(self, value: Decimal | int, unit: str) -> str:
        """Print a number that a rule judges by in the unit that its rulebook states it in."""
        if unit == "share":
            return self.figure(number(value), unit)
        plain = figures.plain(number(value))
        return figures.Figure(plain, terms.UNITS.get(unit, unit)).render(self.lang)

    def term(self, term: Term, unit: str) -> str:
        """Put one addend of a figure into words: what it is, and its value."""
        heads = [self.name(Name.MEASURE, term.measure)] if term.measure else []
        heads += [self.name(Name.TOWN, town) for town in (*term.towns, *filter(None, [term.town]))]
        heads += [self.t(term.title.words())] if term.title else []
        heads += [self.name(Name.FIELD, term.field)] if term.field and not term.title else []
        heads += [text for text in (term.name, term.on, term.entry) if text]
        heads += [self.t(_FIGURES[term.figure])] if term.figure else []
        value = self.figure(term.value, "m2" if term.measure else unit)
        words = self.t(_("{name}: {value}", name=" · ".join(heads), value=value))
        more = [self.listed(term.entries)] if term.entries else []
        more += [term.document] if term.document else []
        return self.t(_("{said} ({more})", said=words, more=self.listed(more))) if more else words

    def steps(self, trace: Trace) -> Iterator[str]:
        """Say how the figure comes about, as it is computed again."""
        way = trace.working.way()
        if isinstance(way, Quotient):
            yield self._quotient(way)
        elif isinstance(way, Ratio):
            yield from self._ratio(way)
        elif isinstance(way, Deadline):
            yield (
                self.t(_("{day} and a {n}-year period", day=way.from_, n=way.years))
                if way.years
                else way.from_
            )
        elif isinstance(way, Sum):
            for term in way.terms:
                yield self.term(term, self.unit)

    def _quotient(self, way: Quotient) -> str:
        division = f"{figures.plain(number(way.of))} ÷ {figures.plain(number(way.by))}"
        if way.times != 1:
            division += f" × {figures.plain(number(way.times))}"
        return self.t(_("{sum}, to {n} {n:decimal|decimals}", sum=division, n=way.digits))

    def _ratio(self, way: Ratio) -> Iterator[str]:
        for term in way.of:
            yield self.t(_("divided: {term}", term=self.term(term, "")))
        for term in way.by:
            yield self.t(_("by: {term}", term=self.term(term, "")))
        if way.factor != 1:
            yield self.t(_("times {n}", n=figures.plain(number(way.factor))))
        if way.area_unit and way.of:
            counted = terms.UNITS[way.area_unit]
            yield self.t(_("the area counted in {unit}", unit=counted))


def number(value: Decimal | float) -> Decimal:
    """Take a number of a trace as it prints, without needless zeros behind the point.

    >>> number(3.0), number(1234.5), number(700)
    (Decimal('3'), Decimal('1234.5'), Decimal('700'))
    """
    exact = units.exact(value)
    whole = exact.to_integral_value()
    return whole if whole == exact else exact


_FIGURES: Mapping[str, Words] = {
    "area_m2": _("gross"),
    "net_m2": _("net of ridges"),
    "declared": _("as the dossier states it"),
}
