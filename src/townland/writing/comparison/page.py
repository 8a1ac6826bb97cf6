"""Several runs side by side, as a page: what differs and why, and what only one of them asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote, urlencode

import townland
from townland.i18n import Bilingual
from townland.results import Assessment
from townland.writing.comparison.judged import AreaRow, ComparedRuns, VerdictRow
from townland.writing.comparison.words import (
    cause_words,
    causes_of,
    differs,
    figure,
    heads,
    held_by,
    labels,
)
from townland.writing.pages import figures, look
from townland.writing.pages.page import ABSENT, SCHEME, asset, page, reading_scripts, templates
from townland.writing.pages.reader import Reader
from townland.writing.run_folder import WRITERS, Writer

_TEMPLATE = templates(
    "townland.writing.comparison", look=look.VERDICTS, looks=look.LOOKS, absent=ABSENT
).get_template("comparison.html.j2")


def comparison_html(
    assessments: Sequence[Assessment],
    compared: ComparedRuns,
    *,
    formats: Sequence[str],
    lang: str,
) -> str:
    """Write a comparison as one HTML file, which works with the network cut.

    The same assessments give the same bytes.

    Parameters
    ----------
    assessments
        The runs, in the order of the comparison.
    compared
        What `comparison.compare` gives.
    formats
        Those of the runs' own folders, which lie beside the page: it links what is there.
    lang
        The reader's language.
    """
    view = SideBySide(assessments, compared, formats, lang)
    return page(
        lang=lang,
        title=view.title,
        styles=asset(f"{SCHEME}townland/look.css")
        + (files("townland.writing.report") / "templates" / "report.css").read_text("utf-8"),
        body=_TEMPLATE.render(r=view, t=view.t, w=view.w),
        script=reading_scripts(),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its short and its whole name, what it judged by, and how often it gave each verdict."""

    short: str
    name: str
    assessment: Assessment
    formats: Sequence[str]

    def look(self, town: str | None, rule: str) -> str:
        """Choose how the finding of a rule for a town is shown."""
        findings = self.assessment.findings
        shown = (each for each in findings if (each.town, each.rule) == (town, rule))
        return look.look_of(next(shown))

    @property
    def linked(self) -> tuple[Writer, ...]:
        """The outputs of the run that the page links to, in the order of the writers."""
        return tuple(each for each in WRITERS if each.link and each.name in self.formats)

    def href(self, town: str | None, rule: str) -> str | None:
        """Where a finding stands in the run's own report; None without a report."""
        if "html" not in self.formats:
            return None
        return f"{quote(self.name)}/report.html#{urlencode({'town': town or '', 'rule': rule})}"

    def lines(self, towns: Mapping[str | None, str]) -> list[tuple[str, Mapping[str, int]]]:
        """Count the findings of each town that has any, and of all together, by verdict."""
        lines: list[tuple[str, Mapping[str, int]]] = []
        for code, name in towns.items():
            findings = self.assessment.findings_of(code)
            if findings:
                lines.append((name, figures.counts(findings)))
        return lines


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """What one run has of a rule: no verdict where it has no such rule."""

    verdict: str | None
    rule: str
    title: str
    look: str = ""
    measured: str = ""
    limit: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One line of a table: of which rule or measure and town, what each run says, and what differs."""

    rule: str
    title: str
    town: str
    figure: str
    cells: Sequence[Sequence[ComparedCell]]
    because: Sequence[str] = ()


class SideBySide(Reader):
    """What the template asks for."""

    def __init__(
        self,
        assessments: Sequence[Assessment],
        compared: ComparedRuns,
        formats: Sequence[str],
        lang: str,
    ) -> None:
        """Lay out the page.

        Parameters
        ----------
        assessments, compared, formats, lang
            As for `comparison_html`.
        """
        super().__init__(lang)
        self.compared = compared
        self.version = townland.__version__
        names = [run["name"] for run in compared["runs"]]
        self.short = labels(names)
        self.runs = [
            Run(self.short[name], name, each, formats)
            for name, each in zip(names, assessments, strict=True)
        ]
        self.towns: dict[str | None, str] = {
            town.town.code: town.town.name for each in assessments for town in each.towns
        }
        self.towns[None] = self.t("All towns together")
        self.title = self.t("Rulebooks side by side")
        self.notices = [self.w(words) for words in heads(compared, self.short)]
        shared = [row for row in compared["verdicts"] if len(held_by(row)) > 1]
        self.differing = [self._row(row) for row in shared if differs(row)]
        self.alike = len(shared) - len(self.differing)
        self.same_measure = [self._measure(row) for row in compared["same_measure"]]
        self.only = list(self._only())

    def _row(self, row: VerdictRow) -> ComparedRow:
        """Lay out a rule and a town: what each run says, and what made them differ."""
        cells = [[self._cell(run, row)] for run in self.runs]
        because = [self.w(cause_words(cause, self.short)) for cause in causes_of(row)]
        return ComparedRow(row["rule"], row["title"], self.towns[row["town"]], "", cells, because)

    def _cell(self, run: Run, row: VerdictRow) -> ComparedCell:
        """Lay out what a run says of a rule and a town."""
        if run.name not in held_by(row):
            return ComparedCell(None, row["rule"], row["title"])
        unit = row["unit"][run.name]
        measured, limit = (
            figure(values[run.name], unit).render(self.lang)
            for values in (row["measured"], row["limit"])
        )
        href = run.href(row["town"], row["rule"])
        verdict = row["verdicts"][run.name]
        shown = run.look(row["town"], row["rule"])
        return ComparedCell(verdict, row["rule"], row["title"], shown, measured, limit, href)

    def _measure(self, row: AreaRow) -> ComparedRow:
        """Lay out an area that the runs measure alike, with each run's rules for it."""
        cells = [
            [
                ComparedCell(
                    entry["verdict"],
                    entry["rule"],
                    entry["title"],
                    run.look(row["town"], entry["rule"]),
                    limit=figure(entry["limit"], row["unit"]).render(self.lang),
                    href=run.href(row["town"], entry["rule"]),
                )
                for entry in row["rules"][run.name]
            ]
            for run in self.runs
        ]
        title = self.w(Bilingual(row["title"]["zh"], row["title"]["en"]))
        measured = figure(row["measured"], row["unit"]).render(self.lang)
        return ComparedRow("", title, self.towns[row["town"]], measured, cells)

    def _only(self) -> Iterator[tuple[Run, Sequence[str | None], Sequence[ComparedRow]]]:
        """For each run the rules that it alone has: the towns, and a row for each rule."""
        for run in self.runs:
            rows = [row for row in self.compared["verdicts"] if held_by(row) == [run.name]]
            towns = list(dict.fromkeys(row["town"] for row in rows))
            by_rule: dict[str, dict[str | None, VerdictRow]] = {}
            for row in rows:
                by_rule.setdefault(row["rule"], {})[row["town"]] = row
            if by_rule:
                yield run, towns, [self._alone(run, of, towns) for of in by_rule.values()]

    def _alone(
        self, run: Run, by_town: Mapping[str | None, VerdictRow], towns: Sequence[str | None]
    ) -> ComparedRow:
        """Lay out a rule that one run alone has.

        Parameters
        ----------
        run
            The run.
        by_town
            The rule's rows, by town.
        towns
            The columns.
        """
        first = next(iter(by_town.values()))
        none = ComparedCell(None, first["rule"], first["title"])
        cells = [[self._cell(run, by_town[town]) if town in by_town else none] for town in towns]
        return ComparedRow(first["rule"], first["title"], "", "", cells)
