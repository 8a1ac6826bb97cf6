"""Findings (审查结论), what is missing (缺项清单), issues (数据问题) and inputs (资料清单)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from townland import terms
from townland.i18n import Text, _
from townland.rules.judging.finding import Finding
from townland.writing.pages import closing, figures
from townland.writing.pages.look import LOOKS, look_of
from townland.writing.tables.areas import finding_anchor, leading, quantities
from townland.writing.tables.model import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    figure,
)
from townland.writing.tables.patches import FARMLAND, listed_measures, patches_anchor
from townland.writing.tables.reader import TableReader, built_on

SEVERITIES: dict[str, Text] = {
    "error": _("error"),
    "warning": _("warning"),
    "info": _("For information"),
}


def findings(r: TableReader) -> PrintedTable:
    """Lay out every finding, the gravest first, with a column that the reviewer writes in."""
    t = r.t
    columns = (
        PrintedColumn("rule", t("Clause no."), width=10),
        PrintedColumn("title", t("Requirement"), width=19),
        PrintedColumn("verdict", t("Verdict"), width=14),
        PrintedColumn("measured", t("Measured"), width=14, number=True),
        PrintedColumn("limit", t("Limit"), width=13, number=True),
        PrintedColumn("margin", t("Margin"), width=13, number=True),
        PrintedColumn("why", t("Reason"), width=44),
        PrintedColumn("clause", t("Clause"), width=30),
        PrintedColumn("units", t("Responsible"), width=18),
        PrintedColumn("patches", t("Patches"), width=10),
        PrintedColumn("opinion", t("Reviewer's opinion"), width=22),
    )
    rows: list[PrintedRow] = list(r.rows(lambda result: _of_town(r, result.town.code)))
    joint = list(_of_town(r, None))
    if joint:
        rows += [PrintedRow("", "band-", {"": PrintedCell(r.town_name(None))}, "band"), *joint]
    return PrintedTable(
        "findings", t("Findings of the review"), columns, tuple(rows),
        unit=t("Unit: with each figure"), signed=True,
        notes=(
            t("A feature that town, plan or another layer cut is one feature and several pieces: a"
              " reason counts the features met, a list the pieces."),
            t("An aid to analysis; it does not replace the results of the legal boundary survey."),
        ),
    )  # fmt: skip


def _of_town(r: TableReader, town: str | None) -> Iterator[PrintedRow]:
    for finding in figures.by_severity(r.assessment.findings_of(town)):
        yield PrintedRow(
            town or "", finding.rule, _finding_cells(r, finding), anchor=finding_anchor(finding)
        )


def _finding_cells(r: TableReader, finding: Finding) -> dict[str, PrintedCell]:
    look, clause = look_of(finding), finding.clause
    document = clause.document
    if document == r.assessment.rulebook.id:
        document = r.w(r.assessment.rulebook.title)
    verdict = r.w(LOOKS[look].word)
    return {
        "rule": PrintedCell(finding.rule),
        "title": PrintedCell(r.w(finding.title)),
        "verdict": PrintedCell(verdict, mark=look),
        **quantities(r, finding),
        "why": PrintedCell(r.w(finding.why)),
        "clause": PrintedCell(
            "\n".join(filter(None, (clause.quote, f"{document} {clause.article}".strip())))
        ),
        "units": PrintedCell(leading(r, clause.responsible)),
        "patches": _leads(r, finding),
    }


def _leads(r: TableReader, finding: Finding) -> PrintedCell:
    """Lead to the patches of the first measure that decides, where they are listed."""
    result = next((t for t in r.assessment.towns if t.town.code == finding.town), None)
    if result is None:
        return PrintedCell("")
    listed = {*listed_measures(r, result), r.measured_by(built_on(FARMLAND))}
    for each in finding.figures:
        if each.role == "decides" and each.pieces:
            to = patches_anchor(result.town.code, each.measure) if each.measure in listed else ""
            return PrintedCell(r.t("{n} {n:piece|pieces}", n=each.pieces), to=to)
    return PrintedCell("")


def missing(r: TableReader) -> PrintedTable:
    """Lay out what is missing, which rules wait for it in which towns, and who brings it."""
    t = r.t
    columns = (
        PrintedColumn("what", t("Missing item"), width=40),
        PrintedColumn("kind", t("Kind"), width=18),
        PrintedColumn("rules", t("Rules that wait for it"), width=26),
        PrintedColumn("towns", t("Towns"), width=26),
        PrintedColumn("how", t("How it is supplied"), width=52),
        PrintedColumn("who", t("Who brings it (by the clause, the first leads)"), width=30),
    )
    rows = (*_missing_rows(r), *_confirmation_rows(r))
    notes = () if rows else (t("Every rule was evaluated for every town."),)
    return PrintedTable("missing", t("What is missing"), columns, rows, notes=notes)


def _missing_rows(r: TableReader) -> Iterator[PrintedRow]:
    """Lay out roles that no layer plays and fields that no dossier states."""
    wanting: dict[str, list[Finding]] = {}
    for finding in r.assessment.findings:
        for name in finding.missing:
            wanting.setdefault(name, []).append(finding)
    for name, waiting in wanting.items():
        layer = name in terms.ROLES
        if layer:
            kind, how = r.t("layer"), r.t("name a layer of this role in {catalog}",
                                          catalog=r.assessment.catalog.path)  # fmt: skip
        elif name == "limit":
            kind, how = r.t("bar"), r.t("state the bar in the rulebook")
        else:
            kind, how = r.t("fact"), r.t("state {field} in the dossier of the town",
                                         field=r.w(terms.dossier_key(name)))  # fmt: skip
        yield PrintedRow("", name, {
            "what": PrintedCell(r.missing(name)),
            "kind": PrintedCell(kind),
            "how": PrintedCell(how),
            **_waiting(r, waiting),
        })  # fmt: skip


def _waiting(r: TableReader, waiting: Sequence[Finding]) -> dict[str, PrintedCell]:
    """Name the rules, the towns and the units of findings that wait for one thing."""
    comma = r.t(", ")
    units = dict.fromkeys(unit for finding in waiting for unit in finding.clause.responsible)
    return {
        "rules": PrintedCell(comma.join(dict.fromkeys(finding.rule for finding in waiting))),
        "towns": PrintedCell(
            comma.join(dict.fromkeys(r.town_name(finding.town) for finding in waiting))
        ),
        "who": PrintedCell(leading(r, list(units))),
    }


def _confirmation_rows(r: TableReader) -> Iterator[PrintedRow]:
    """Lay out the layers that somebody must confirm to be complete."""
    for fact in r.assessment.confirmations:
        how = f"{fact.coverage} {r.w(fact.where(r.assessment.catalog))}"
        yield PrintedRow("", f"confirm-{fact.role}", {
            "what": PrintedCell(r.w(fact.question)),
            "kind": PrintedCell(r.t("confirmation")),
            "how": PrintedCell(how),
            **_waiting(r, fact.findings),
        })  # fmt: skip


def issues(r: TableReader) -> PrintedTable:
    """Lay out what was assumed or doubtful in the data, and what was repaired."""
    t = r.t
    columns = (
        PrintedColumn("layer", t("Layer"), width=24),
        PrintedColumn("feature", t("Feature"), width=22),
        PrintedColumn("severity", t("Gravity"), width=12),
        PrintedColumn("what", t("What was noticed"), width=64),
        PrintedColumn("action", t("Action"), width=36),
        r.column("before", t("Before, m²"), width=14),
        r.column("after", t("After, m²"), width=14),
    )
    rows = (*_issue_rows(r), *_repair_rows(r))
    notes = () if rows else (t("The layers gave no cause for a remark."),)
    return PrintedTable(
        "issues", t("Issues of the data"), columns, rows, t("Unit: m²"), notes=notes
    )


def _issue_rows(r: TableReader) -> Iterator[PrintedRow]:
    for n, issue in enumerate(r.assessment.issues, 1):
        yield PrintedRow("", f"issue-{n}", {
            "layer": PrintedCell(r.layer(issue.layer)),
            "feature": PrintedCell(issue.feature),
            "severity": PrintedCell(r.w(SEVERITIES[issue.severity])),
            "what": PrintedCell(r.w(issue.message)),
        })  # fmt: skip


def _repair_rows(r: TableReader) -> Iterator[PrintedRow]:
    for n, repair in enumerate(r.assessment.repairs, 1):
        yield PrintedRow("", f"repair-{n}", {
            "layer": PrintedCell(r.layer(repair.layer)),
            "feature": PrintedCell(repair.feature),
            "severity": PrintedCell(r.t("repaired")),
            "what": PrintedCell(r.w(repair.problem)),
            "action": PrintedCell(r.w(repair.action)),
            "before": figure(closing.printed(repair.area_before_m2, "m2")),
            "after": figure(closing.printed(repair.area_after_m2, "m2")),
        })  # fmt: skip


def inputs(r: TableReader) -> PrintedTable:
    """Lay out what was read, of which day, with the digests that prove it."""
    t = r.t
    columns = (
        PrintedColumn("name", t("Layer"), width=24),
        PrintedColumn("role", t("Role"), width=20),
        PrintedColumn("surveyed", t("Surveyed"), width=12),
        PrintedColumn("features", t("Features"), width=10, number=True),
        PrintedColumn("crs", t("CRS declared → used"), width=30),
        PrintedColumn("encoding", t("Encoding declared → used"), width=22),
        PrintedColumn("source", t("Source, licence"), width=34),
        PrintedColumn("file", t("File"), width=40),
        PrintedColumn("sha256", "SHA-256", width=66),
    )
    return PrintedTable("inputs", t("List of inputs"), columns, tuple(_input_rows(r)))


def _input_rows(r: TableReader) -> Iterator[PrintedRow]:
    """Lay out each layer, then the catalog and the rulebook."""
    assessment, unstated = r.assessment, r.t("none")
    specs = {spec.name: spec for spec in assessment.catalog.layer}
    for n, read in enumerate(assessment.inputs, 1):
        spec = specs.get(read.name)
        said = [spec.source, spec.licence] if spec else []
        day = read.surveyed.isoformat() if read.surveyed else r.t("not stated")
        count = figures.NOTHING if read.features is None else str(read.features)
        yield PrintedRow("", str(n), {
            "name": PrintedCell(r.layer(read.name)),
            "role": PrintedCell(r.role(read.role)),
            "surveyed": PrintedCell(day),
            "features": PrintedCell(count),
            "crs": PrintedCell(f"{read.crs_declared or unstated} → {read.crs_used}"),
            "encoding": PrintedCell(
                f"{read.encoding_declared or unstated} → {read.encoding_used or figures.NOTHING}"
            ),
            "source": PrintedCell(" · ".join(filter(None, said))),
            "file": PrintedCell(r.file(read)),
            "sha256": PrintedCell(read.sha256),
        })  # fmt: skip
    for key, title, file, digest in (
        ("catalog", r.t("Layer catalog"), str(assessment.catalog.path), assessment.catalog.sha256),
        ("rulebook", r.t("Rulebook"), assessment.rulebook.id, assessment.rulebook.sha256),
    ):
        yield PrintedRow("", key, {"name": PrintedCell(title), "file": PrintedCell(file),
                                   "sha256": PrintedCell(digest)})  # fmt: skip
