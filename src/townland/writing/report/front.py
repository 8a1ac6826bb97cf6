"""The first page of a town: its verdict in words, three figures, what fails, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from townland.i18n import Words, _
from townland.rules.book.quotes import OMISSION, articles
from townland.writing.pages import figures
from townland.writing.pages.reader import AssessmentReader
from townland.writing.tables.findings import missing
from townland.writing.tables.patches import FARMLAND
from townland.writing.tables.reader import TableReader, built_on

if TYPE_CHECKING:
    from townland.measuring import TownResult
    from townland.results import Assessment
    from townland.rules.judging.finding import Finding


@dataclass(frozen=True, slots=True)
class FrontFigure:
    """A figure of the first page: its key in the table of measures, what it is, number and unit."""

    key: str
    title: str
    number: str
    unit: str


@dataclass(frozen=True, slots=True)
class MissingThing:
    """What a town lacks: its key, what it is, which rules wait for it, how it comes, who brings it."""

    key: str
    what: str
    kind: str
    rules: str
    how: str
    who: str


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The first page of a town."""

    look: str
    verdict: str
    figures: Sequence[FrontFigure]
    missing: Sequence[MissingThing]


def front_page(part: Assessment, lang: str) -> FrontPage:
    """Lay out the first page.

    Parameters
    ----------
    part
        The part of a run that is one town's.
    lang
        The reader's language.
    """
    r = TableReader(part, lang)
    counts = figures.counts(part.findings)
    return FrontPage(
        figures.gravest_look(part.findings),
        r.w(_verdict(counts)),
        list(_figures(r, part.towns[0])),
        missing_things(r),
    )


def missing_things(r: TableReader) -> list[MissingThing]:
    """List what is missing in an assessment, and who brings it."""
    return [
        MissingThing(
            row.key, *(row.cells[key].text for key in ("what", "kind", "rules", "how", "who"))
        )
        for row in missing(r).rows
    ]


def _verdict(counts: dict[str, int]) -> Words:
    """Say the verdict on a town in one sentence; what is grave goes before what is open."""
    fail, review, silent = (counts[name] for name in ("fail", "review", "not_evaluated"))
    if fail:
        return _(
            "The town's land use does not comply. Requirements not met: {fail}; to be reviewed:"
            " {review}; not evaluated: {silent}.",
            fail=fail, review=review, silent=silent,
        )  # fmt: skip
    if review:
        return _(
            "Nothing fails so far. Requirements to be reviewed: {review}; not evaluated: {silent}.",
            review=review, silent=silent,
        )  # fmt: skip
    if silent:
        return _("Nothing fails so far. Requirements not evaluated: {silent}.", silent=silent)
    return _("The town's land use complies with every requirement that was evaluated.")


def _figures(r: TableReader, result: TownResult) -> Iterator[FrontFigure]:
    """Give the area of the town, what is planned to be built on, and the farmland that this takes."""
    km2, ha = r.t("km²"), r.t("ha")
    yield FrontFigure("area", r.t("Planning area"), r.area(result.area_m2, "km2"), km2)
    for of in (built_on(), built_on(FARMLAND)):
        name = r.measured_by(of)
        measure = result.measures.get(name) if name else None
        if name and measure is not None:
            known = None if measure.missing else measure.area_m2
            yield FrontFigure(
                name, r.measure(name), r.area(known, "ha"), ha if known is not None else ""
            )


@dataclass(frozen=True, slots=True)
class ClauseContext:
    """The article that a quote stands in: pieces of its text, each with whether it is quoted."""

    article: str
    pieces: tuple[tuple[str, bool], ...]


NEAR = 400
"""So much of an article is shown before and behind a quote, in letters."""


def clause_context(policy: str | None, finding: Finding) -> ClauseContext | None:
    """Show a quote within its article; None where the policy's text is not at hand, or has no more.

    White space is not compared, as where the quote was checked word for word.
    """
    clause = finding.clause
    body = articles(policy).get(clause.article) if policy and clause.quote else None
    if body is None:
        return None
    pieces: list[tuple[str, bool]] = []
    at = 0
    for part in ("".join(each.split()) for each in clause.quote.split(OMISSION)):
        start = body.find(part, at)
        if start < 0:
            return None
        pieces += [(body[at:start], False), (part, True)]
        at = start + len(part)
    pieces.append((body[at:], False))
    before, behind = pieces[0][0], pieces[-1][0]
    pieces[0] = (before if len(before) <= NEAR else f"…{before[-NEAR:]}", False)
    pieces[-1] = (behind if len(behind) <= NEAR else f"{behind[:NEAR]}…", False)
    shown = tuple(piece for piece in pieces if piece[0])
    return ClauseContext(clause.article, shown) if len(shown) > 1 else None


class ClauseReader(AssessmentReader):
    """A reader who shows each quote in its article, once in the page."""

    def __init__(self, assessment: Assessment, lang: str, map_href: str | None) -> None:
        """Begin to read.

        Parameters
        ----------
        assessment, lang, map_href
            As for `AssessmentReader`.
        """
        super().__init__(assessment, lang, map_href)
        self._clauses: dict[ClauseContext, list[str]] = {}

    @property
    def clauses(self) -> list[tuple[str, list[str], ClauseContext]]:
        """The quotes in their articles: where each stands in the page, its rules, its words."""
        return [
            (f"clause-{n}", rules, context)
            for n, (context, rules) in enumerate(self._clauses.items(), 1)
        ]

    def clause(self, finding: Finding) -> str:
        """Say where the quote of a finding stands in its article; empty where that is not at hand."""
        context = clause_context(self.assessment.rulebook.policy_of(finding.rule), finding)
        if context is None:
            return ""
        rules = self._clauses.setdefault(context, [])
        if finding.rule not in rules:
            rules.append(finding.rule)
        return f"clause-{list(self._clauses).index(context) + 1}"
