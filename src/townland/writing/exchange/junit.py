"""``junit.xml``: the findings as the tests of a build server, a suite a town and a case a rule.

A rule that failed is a failure; one that a person must look at, or that was not evaluated, is skipped
with its reason, since neither says that the land complies.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from townland import terms
from townland.i18n import _, plain_text, render
from townland.results import Assessment
from townland.rules.judging.finding import Finding

SKIPPED = ("review", "not_evaluated")


def write_junit(assessment: Assessment, path: Path, *, lang: str) -> None:
    """Write the findings as test suites.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file.
    lang
        The reader's language.
    """
    suites = ET.Element("testsuites", name="townland")
    for result in assessment.towns:
        code = result.town.code
        _suite(suites, f"{code} {result.town.name}", assessment.findings_of(code), lang)
    together = assessment.findings_of(None)
    if together:
        _suite(suites, render(_("All towns together"), lang), together, lang)
    for suite in suites:
        suite.set("timestamp", f"{assessment.on.isoformat()}T00:00:00")
    _count(suites)
    ET.indent(suites)
    path.write_bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n")


def _suite(suites: ET.Element, name: str, found: Sequence[Finding], lang: str) -> None:
    """Add the findings of a town, or of all of them together.

    Parameters
    ----------
    suites
        To what they are added.
    name
        What the suite is called.
    found, lang
        The findings, and the reader's language.
    """
    suite = ET.SubElement(suites, "testsuite", name=plain_text(name))
    for finding in found:
        title = f"{finding.rule} {finding.title.render(lang)}"
        where = f"{finding.rulebook}.{finding.town or '*'}"
        case = ET.SubElement(
            suite, "testcase", classname=plain_text(where), name=plain_text(title), time="0"
        )
        verdict = finding.verdict.value
        why = plain_text(render(finding.why, lang))
        if verdict == "fail":
            failure = ET.SubElement(case, "failure", message=why, type="fail")
            failure.text = plain_text(_clause(finding))
        elif verdict in SKIPPED:
            word = render(terms.VERDICTS[verdict], lang)
            ET.SubElement(case, "skipped", message=f"{word}: {why}")
        elif why:
            ET.SubElement(case, "system-out").text = why
    _count(suite)


def _clause(finding: Finding) -> str:
    """The words of the law that a finding goes by."""
    clause = finding.clause
    return "\n".join(filter(None, (f"{clause.document} {clause.article}".strip(), clause.quote)))


def _count(element: ET.Element) -> None:
    """State how many cases there are, and how many failed or were skipped."""
    element.set("tests", str(sum(1 for _case in element.iter("testcase"))))
    element.set("failures", str(sum(1 for _case in element.iter("failure"))))
    element.set("errors", "0")
    element.set("skipped", str(sum(1 for _case in element.iter("skipped"))))
    element.set("time", "0")
