"""Kinds of rules on what planned land is used for: the need by use, and the share of some uses."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case, both, gaps, known_part, term
from townland.rules.judging.clause import Beyond, Rule, Share, Whose, fault, refuse
from townland.rules.judging.fields import not_applicable
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName
from townland.terms import Verdict


class NeedByUse(Rule):
    """The land-indicator need by planned use, in the order of `uses`; the first has priority."""

    kind: Literal["need_by_use"]
    measure: MeasureName
    uses: Annotated[tuple[MeasureName, ...], Field(min_length=1)]

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class UseShare(Rule):
    """The share of some uses in a whole, against a bar that the rulebook or a bureau sets.

    `perhaps` are measures that a wider reading of the clause counts too; where the readings differ a
    person decides. With `exclusive` a share at the bar itself has not reached it. `encouraged` is a
    second bar that is only told. `bar_of` says whose number the bar is, `beyond` what missing it gives,
    `within` what keeping it gives.
    """

    kind: Literal["use_share"]
    measure: MeasureName
    counted: Annotated[tuple[MeasureName, ...], Field(min_length=1)]
    perhaps: tuple[MeasureName, ...] = ()
    minimum: Share | None = None
    maximum: Share | None = None
    exclusive: bool = False
    encouraged: Share | None = None
    bar_of: Whose = "policy"
    beyond: Beyond = "review"
    within: Literal["pass", "info"] = "pass"

    @property
    def can_fail(self) -> bool:
        """Whether missing the bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal

    @model_validator(mode="after")
    def _one_bar(self) -> UseShare:
        if self.minimum is not None and self.maximum is not None:
            refuse([fault(("maximum",), _("a share has either a minimum or a maximum, not both"))])
        return self


def need_by_use(case: Case[NeedByUse]) -> Finding:
    """State the land-indicator need by planned use, the use with priority first."""
    rule = case.rule
    gap = gaps(case, rule.measure, *rule.uses)
    need = case.measure(rule.measure).area_m2
    rows = [(name, case.measure(name).area_m2) for name in rule.uses]
    rest = need - _sum(case, rule.uses)
    none = need == 0
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None
        if gap.total
        else _("{measure}: none.", measure=case.title(rule.measure))
        if none
        else _(
            "{measure}: {need}; by use, what has priority first: {parts}.",
            measure=case.title(rule.measure),
            need=phrases.area(need),
            parts=phrases.listed(_part(case, name, area, need) for name, area in rows),
        ),
        _("Of {rest} the plan does not tell the use.", rest=phrases.area(rest)) if rest else None,
    )
    return case.finding(
        Verdict.NOT_EVALUATED if gap else Verdict.INFO,
        why,
        {
            "formula": both(
                _(
                    "The gross area of “{measure}”, divided by planned use.",
                    measure=case.title(rule.measure),
                )
            ),
            "terms": [] if gap.total else [term(rule.measure, "area_m2", need)],
            "uses": [
                *(
                    {
                        "measure": name,
                        "area_m2": phrases.number(area),
                        "share": phrases.share(area, need),
                    }
                    for name, area in rows
                ),
                *(
                    [
                        {
                            "measure": None,
                            "area_m2": phrases.number(rest),
                            "share": phrases.share(rest, need),
                        }
                    ]
                    if rest
                    else []
                ),
            ],
            "parameters": [case.own_number("uncertainty", rule.uncertainty)],
        },
        measured=None if gap.total else need,
        limit=None,
        margin=None,
        measures=[rule.measure, *rule.uses],
        missing=gap.missing,
    )


def _sum(case: Case[Rule], names: Sequence[str]) -> Decimal:
    return sum((case.measure(name).area_m2 for name in names), ZERO)


def _part(case: Case[Rule], name: str, area: Decimal, need: Decimal) -> Words:
    return _(
        "{measure} {area} ({share})",
        measure=case.title(name),
        area=phrases.area(area),
        share=phrases.percent(area / need),
    )


def use_share(case: Case[UseShare]) -> Finding:
    """Judge the share of some uses in a whole; without a bar it is only stated.

    Two readings of what counts are both tried; where they differ a person decides.
    """
    rule = case.rule
    counted = [*rule.counted, *rule.perhaps]
    gap = gaps(case, rule.measure, *counted)
    whole, narrow, wide = (_sum(case, names) for names in ([rule.measure], rule.counted, counted))
    bar = rule.maximum if rule.minimum is None else rule.minimum
    closure = case.closure(*counted)
    none = not gap and whole == 0
    near = bar is not None and any(
        case.near(figure, whole * bar, closure) for figure in (narrow, wide)
    )
    kept = [_keeps(rule, figure, whole) for figure in (narrow, wide)]

    if gap:
        verdict = Verdict.NOT_EVALUATED
    elif none or bar is None:
        verdict = Verdict.INFO
    elif near or any(kept) != all(kept):
        verdict = Verdict.REVIEW
    elif all(kept):
        verdict = Verdict(rule.within)
    else:
        verdict = Verdict.FAIL if rule.can_fail else Verdict.REVIEW

    silent = gap.total or whole == 0
    share = None if silent else phrases.ratio(narrow, whole)
    limit = None if bar is None else bar
    why: Words = (
        not_applicable(_("{measure}: none.", measure=case.title(rule.measure)))
        if none
        else phrases.sentences(
            gap.words(),
            known_part(gap),
            None if silent else _shared(case, rule.counted, narrow, whole),
            None if silent or wide == narrow else _wider(case, wide, whole),
            None if gap or bar is None else _bar(rule, bar, all(kept), any(kept)),
            None if silent else _encouraged(rule, wide, whole),
            case.near_words(whole * bar, closure) if bar is not None and near and not gap else None,
            None if silent else _no_tags_known(case, counted),
        )
    )
    trace: dict[str, Any] = {
        "formula": both(
            _(
                "The sum of {measures}, divided by the area of “{whole}”.",
                measures=phrases.listed(
                    _("“{measure}”", measure=case.title(name)) for name in rule.counted
                ),
                whole=case.title(rule.measure),
            )
        ),
        "terms": [],
        "ratio": {
            "of": []
            if silent
            else [term(name, "area_m2", case.measure(name).area_m2) for name in rule.counted],
            "by": [] if silent else [term(rule.measure, "area_m2", whole)],
        },
        "readings": []
        if silent
        else [
            {"measures": list(names), "area_m2": phrases.number(area), "keeps": keeps}
            for names, area, keeps in zip(
                (rule.counted, counted), (narrow, wide), kept, strict=True
            )
        ],
        "parameters": [*_bars(rule), case.own_number("uncertainty", rule.uncertainty)],
    }
    room = None if share is None or limit is None else share - limit
    if room is not None and rule.minimum is None:
        room = ZERO - room
    return case.finding(
        verdict,
        why,
        trace,
        measured=share,
        limit=None if share is None else limit,
        margin=None if gap else room,
        unit="share",
        measures=list(dict.fromkeys([rule.measure, *counted])),
        missing=gap.missing,
        assumed=_untagged(case, counted),
    )


def _keeps(rule: UseShare, figure: Decimal, whole: Decimal) -> bool:
    if rule.minimum is not None:
        bar = whole * rule.minimum
        return figure > bar or (figure == bar and not rule.exclusive)
    if rule.maximum is not None:
        bar = whole * rule.maximum
        return figure < bar or (figure == bar and not rule.exclusive)
    return True


def _shared(case: Case[UseShare], counted: Sequence[str], figure: Decimal, whole: Decimal) -> Words:
    return _(
        "{measures}: {figure} of {whole} of “{measure}”, that is {share}.",
        measures=phrases.listed(case.title(name) for name in counted),
        figure=phrases.area(figure),
        whole=phrases.area(whole),
        measure=case.title(case.rule.measure),
        share=phrases.percent(figure / whole),
    )


def _wider(case: Case[UseShare], figure: Decimal, whole: Decimal) -> Words:
    return _(
        "With {more}, which a wider reading counts too, it is {figure} ({share}).",
        more=phrases.listed(case.title(name) for name in case.rule.perhaps),
        figure=phrases.area(figure),
        share=phrases.percent(figure / whole),
    )


def _bar(rule: UseShare, bar: Decimal, every: bool, some: bool) -> Words:
    place = {"bar": phrases.percent(bar)}
    whose = {
        "policy": _("the clause"),
        "townland": _("this program's reading of the clause"),
        "bureau": _("the bureau"),
    }[rule.bar_of]
    said = {
        (True, False): _("By {whose} it should be at least {bar}", **place, whose=whose),
        (True, True): _("By {whose} it should be more than {bar}", **place, whose=whose),
        (False, False): _("By {whose} it should be at most {bar}", **place, whose=whose),
        (False, True): _("By {whose} it should be less than {bar}", **place, whose=whose),
    }[rule.minimum is not None, rule.exclusive]
    if every:
        return _("{bar}: kept.", bar=said)
    if some:
        return _("{bar}: the two readings differ, so a person decides.", bar=said)
    return _("{bar}: not kept.", bar=said)


def _encouraged(rule: UseShare, figure: Decimal, whole: Decimal) -> Words | None:
    wish = rule.encouraged
    if wish is None:
        return None
    place = {"bar": phrases.percent(wish)}
    reached = figure >= whole * wish if rule.minimum is not None else figure <= whole * wish
    if reached:
        return _("{bar} is encouraged: reached.", **place)
    return _("{bar} is encouraged: not reached.", **place)


def _bars(rule: UseShare) -> list[dict[str, Any]]:
    titles = {
        "minimum": _("the least share"),
        "maximum": _("the greatest share"),
        "encouraged": _("the share that is encouraged"),
    }
    return [
        {
            "name": name,
            "value": phrases.number(value),
            "unit": None,
            "title": both(title),
            "origin": rule.bar_of,
        }
        for name, title in titles.items()
        if (value := getattr(rule, name)) is not None
    ]


def _untagged(case: Case[Rule], names: Sequence[str]) -> list[Words]:
    roles = [role for name in names for role in case.measure(name).untagged]
    return [
        _(
            "The layer {role} has no tags, so that land counts by its class alone",
            role=phrases.role(role),
        )
        for role in dict.fromkeys(roles)
    ]


def _no_tags_known(case: Case[Rule], names: Sequence[str]) -> Words | None:
    said = [_("{assumption}.", assumption=text) for text in _untagged(case, names)]
    return phrases.sentences(*said) if said else None


KINDS = (
    Kind(NeedByUse, need_by_use),
    Kind(UseShare, use_share),
)
