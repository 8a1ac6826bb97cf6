"""What findings wait for: that somebody confirms that a layer is complete, and by which line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from townland.catalog import AS_LAYER, OWN_TOWNS, LayerCatalog
from townland.catalog.titles import layer_key
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.finding import Finding
from townland.terms import ROLES, RoleName, Verdict, role


@dataclass(frozen=True, slots=True)
class Waiting:
    """A rule that waits in some towns, by their codes (None: all together).

    `verdict` is what it then is, `others` the roles that must be confirmed besides.
    """

    rule: str
    title: Bilingual
    verdict: Verdict
    towns: tuple[str | None, ...]
    others: tuple[RoleName, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Confirmation:
    """One fact that findings wait for: that the layers of a role show all that there is.

    `layers` are those of the catalog that declare no coverage, `coverage` is the line of their tables
    that confirms it, `findings` are those that wait, in the order of the check.
    """

    role: RoleName
    layers: tuple[str, ...]
    coverage: str
    findings: tuple[Finding, ...]

    @property
    def question(self) -> Words:
        """What somebody must confirm, as a question."""
        if ROLES[self.role].unfound == "unplanned":
            return _("is the layer of “{role}” all that is planned?", role=role(self.role))
        return _("does the layer of “{role}” show all that there is?", role=role(self.role))

    @property
    def head(self) -> Words:
        """How many findings wait, and for what."""
        count = len(self.findings)
        if count == 1:
            return _("1 finding waits for one confirmation: {question}", question=self.question)
        return _(
            "{count} {count:finding waits|findings wait} for one confirmation: {question}",
            count=count,
            question=self.question,
        )

    def where(self, catalog: LayerCatalog) -> Words:
        """Where the line that confirms it belongs."""
        return _(
            "in {catalog}, in the table of {layers}",
            catalog=catalog.path,
            layers=phrases.listed(map(layer_key, self.layers)),
        )

    @property
    def rows(self) -> tuple[Waiting, ...]:
        """The rules that wait, each with the towns where it then has the same verdict."""
        rows: dict[tuple[str, Verdict | None, tuple[RoleName, ...]], list[Finding]] = {}
        for finding in self.findings:
            others = tuple(name for name in finding.confirms if name != self.role)
            rows.setdefault((finding.rule, finding.verdict_if_confirmed, others), []).append(
                finding
            )
        return tuple(
            Waiting(rule, same[0].title, verdict, tuple(each.town for each in same), others)
            for (rule, verdict, others), same in rows.items()
            if verdict is not None
        )


def confirmations(
    catalog: LayerCatalog, findings: Sequence[Finding], planned: Collection[str] = ()
) -> tuple[Confirmation, ...]:
    """Each fact that findings wait for, once, in the order of the roles.

    Parameters
    ----------
    catalog, findings
        The catalog, and the findings of a check by it.
    planned
        The codes of the towns that have planned plots of their own, not only a neighbour's.
    """
    return tuple(_each(catalog, findings, planned))


def _each(
    catalog: LayerCatalog, findings: Sequence[Finding], planned: Collection[str]
) -> Iterator[Confirmation]:
    """As `confirmations`.

    Parameters
    ----------
    catalog, findings, planned
        As `confirmations`.
    """
    for name in ROLES:
        waiting = tuple(finding for finding in findings if name in finding.confirms)
        if waiting:
            layers = tuple(spec.name for spec in catalog.of_role(name) if spec.coverage is None)
            yield Confirmation(name, layers, _line(catalog, name, waiting, planned), waiting)


def _line(
    catalog: LayerCatalog, name: RoleName, waiting: Sequence[Finding], planned: Collection[str]
) -> str:
    """The line of the catalog that confirms that the layers of a role are complete.

    A plan is made town by town; other layers are products of a county, complete where its land survey
    is. Without a survey, and where a town has but the edge of a neighbour's plan, towns are named.

    Parameters
    ----------
    catalog
        The catalog.
    name, waiting
        The role, and the findings that wait for it.
    planned
        As `confirmations`.
    """
    surveys = [spec.name for spec in catalog.layer if ROLES[spec.role].unfound == "uncovered"]
    towns = dict.fromkeys(finding.town for finding in waiting if finding.town is not None)
    plan = ROLES[name].unfound == "unplanned"
    if plan and set(towns) <= set(planned):
        return f'coverage = "{OWN_TOWNS}"'
    if plan:
        towns |= dict.fromkeys(planned)
    elif surveys:
        return f'coverage = "{AS_LAYER}{surveys[0]}"'
    named = ", ".join(f'"{town}"' for town in towns)
    return f"coverage = {{ towns = [{named}] }}"
