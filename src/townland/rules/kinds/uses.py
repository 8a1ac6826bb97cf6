"""Kinds of rules on what planned land is used for: the need by use, and the share of some uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from townland import terms
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case, as_sentence
from townland.rules.judging.clause import Beyond, Rule, Share, Whose, fault, refuse
from townland.rules.judging.fields import not_applicable
from townland.rules.judging.finding import FigureRole, Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import term
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import (
    Column,
    MeasureKey,
    Name,
    Number,
    Parameter,
    Part,
    Ratio,
    Row,
    ShareNumber,
    Way,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
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


class UseRow(Row):
    """The need of one use; `measure` is None for land of which the plan does not tell the use."""

    measure: MeasureKey | None
    area_m2: Annotated[Number, Column(_("area"), unit="m2")]
    share: Annotated[ShareNumber | None, Column(_("share"), unit="share")]


class UsesWorking(Working):
    """The trace's own part of `need_by_use`."""

    uses: Annotated[tuple[UseRow, ...], Part(_("by planned use"))]


class ShareReading(Row):
    """One reading of the uses that count, and whether it keeps the bar."""

    measures: Annotated[tuple[str, ...], Column(of=Name.MEASURE)]
    area_m2: Annotated[Number, Column(_("area"), unit="m2")]
    keeps: Annotated[bool, Column(_("keeps the bar"))]


class ShareWorking(Working):
    """The trace's own part of `use_share`."""

    ratio: Ratio
    readings: Annotated[tuple[ShareReading, ...], Part(_("reading"))]

    def way(self) -> Way | None:
        """The ratio of the uses counted to the whole."""
        return self.ratio


def need_by_use(case: Case[NeedByUse]) -> Finding:
    """State the land-indicator need by planned use, the use with priority first."""
    rule = case.rule
    gap = gaps(case, rule.measure, *rule.uses)
    need = case.measure(rule.measure).area_m2
    formula = _(
        "The gross area of “{measure}”, divided by planned use.", measure=case.title(rule.measure)
    )
    working = UsesWorking(
        formula=both(formula),
        terms=() if gap.total else (term(rule.measure, "area_m2", need),),
        uses=_use_rows(case),
        parameters=(case.own_number("uncertainty", rule.uncertainty),),
    )
    return case.finding(
        verdict_of(unknown=bool(gap), judges=False),
        _need_why(case, gap),
        working,
        measured=None if gap.total else need,
        measures=[rule.measure, *rule.uses],
        missing=gap.missing,
    )


def _sum(case: Case[Rule], names: Sequence[str]) -> Decimal:
    return sum((case.measure(name).area_m2 for name in names), ZERO)


def _use_rows(case: Case[NeedByUse]) -> tuple[UseRow, ...]:
    need = case.measure(case.rule.measure).area_m2
    return tuple(
        UseRow(measure=name, area_m2=area, share=phrases.ratio(area, need) if need else None)
        for name, area in _areas_by_use(case)
    )


def _areas_by_use(case: Case[NeedByUse]) -> Iterator[tuple[str | None, Decimal]]:
    """Give the area of each use, and last what is of none."""
    yield from ((name, case.measure(name).area_m2) for name in case.rule.uses)
    rest = _untold(case)
    if rest:
        yield None, rest


def _untold(case: Case[NeedByUse]) -> Decimal:
    """Give the part of the need of which the plan does not tell the use."""
    rule = case.rule
    return case.measure(rule.measure).area_m2 - _sum(case, rule.uses)


def _need_why(case: Case[NeedByUse], gap: Gaps) -> Words:
    _rule, rest = case.rule, _untold(case)
    untold = _("Of {rest} the plan does not tell the use.", rest=phrases.area(rest))
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _by_use(case),
        untold if rest else None,
    )


def _by_use(case: Case[NeedByUse]) -> Words:
    rule = case.rule
    need = case.measure(rule.measure).area_m2
    if need == 0:
        return _("{measure}: none.", measure=case.title(rule.measure))
    return _(
        "{measure}: {need}; by use, what has priority first: {parts}.",
        measure=case.title(rule.measure),
        need=phrases.area(need),
        parts=phrases.listed(_part(case, name, need) for name in rule.uses),
    )


def _part(case: Case[Rule], name: str, need: Decimal) -> Words:
    """State the part of the need that is of one use.

    Parameters
    ----------
    case
        The rule on its town.
    name
        The measure of the use.
    need
        The whole need, in m², which is not 0.
    """
    area = case.measure(name).area_m2
    return _(
        "{measure} {area} ({share})",
        measure=case.title(name),
        area=phrases.area(area),
        share=phrases.percent(area / need),
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """The uses counted, by the narrow and by a wider reading, as a share of the whole, in m²."""

    gap: Gaps
    counted: tuple[str, ...]
    narrow: Decimal
    wide: Decimal
    whole: Decimal
    bar: Decimal | None
    near: bool
    kept: tuple[bool, bool]

    @property
    def silent(self) -> bool:
        """Whether there is nothing to divide, or nothing is known of it."""
        return self.gap.total or self.whole == 0

    @property
    def share(self) -> Decimal | None:
        return None if self.silent else phrases.ratio(self.narrow, self.whole)


def use_share(case: Case[UseShare]) -> Finding:
    """Judge the share of some uses in a whole; without a bar it is only stated.

    Two readings of what counts are both tried; where they differ a person decides.
    """
    rule, share = case.rule, _share(case)
    verdict = _share_verdict(rule, share)
    room = None if share.share is None or share.bar is None else share.share - share.bar
    if room is not None and rule.minimum is None:
        room = ZERO - room
    return case.finding(
        verdict,
        _share_why(case, share),
        _share_working(case, share),
        measured=share.share,
        limit=None if share.share is None else share.bar,
        margin=None if share.gap else room,
        unit="share",
        measures=_measures(rule),
        missing=share.gap.missing,
        assumed=_untagged(case, share.counted),
    )


def _measures(rule: UseShare) -> dict[str, FigureRole]:
    """Say what each measure is there for: uses are counted for sure, or by a wider reading."""
    return {
        **dict.fromkeys(rule.counted, "decides"),
        **dict.fromkeys(rule.perhaps, "part"),
        rule.measure: "base",
    }


def _share(case: Case[UseShare]) -> _Share:
    rule = case.rule
    counted = (*rule.counted, *rule.perhaps)
    narrow, wide = _sum(case, rule.counted), _sum(case, counted)
    whole = case.measure(rule.measure).area_m2
    bar = rule.maximum if rule.minimum is None else rule.minimum
    closure = case.closure(*counted)
    near = bar is not None and any(
        case.near(figure, whole * bar, closure) for figure in (narrow, wide)
    )
    kept = (_keeps(rule, narrow, whole), _keeps(rule, wide, whole))
    gap = gaps(case, rule.measure, *counted)
    return _Share(gap, counted, narrow, wide, whole, bar, near, kept)


def _share_verdict(rule: UseShare, share: _Share) -> Verdict:
    judges = share.bar is not None and not (share.whole == 0 and not share.gap)
    misses = not any(share.kept)
    verdict = verdict_of(
        fails=judges and misses and not share.gap and not share.near and rule.can_fail,
        unknown=bool(share.gap),
        doubt=judges and (share.near or not all(share.kept)),
        judges=judges,
    )
    # the rulebook says what keeping the bar gives
    return Verdict(rule.within) if verdict is Verdict.PASS else verdict


def _keeps(rule: UseShare, figure: Decimal, whole: Decimal) -> bool:
    """Whether a figure keeps the bar; at the bar itself only where it need not be passed.

    Parameters
    ----------
    rule
        The rule with its bar.
    figure, whole
        What is counted, and what it is a share of, in m².
    """
    if rule.minimum is not None:
        bar = whole * rule.minimum
        return figure > bar or (figure == bar and not rule.exclusive)
    if rule.maximum is not None:
        bar = whole * rule.maximum
        return figure < bar or (figure == bar and not rule.exclusive)
    return True


def _share_why(case: Case[UseShare], share: _Share) -> Words:
    rule, gap, whole = case.rule, share.gap, share.whole
    if not gap and whole == 0:
        return not_applicable(_("{measure}: none.", measure=case.title(rule.measure)))
    near = share.near and not gap and share.bar is not None
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if share.silent else _counted(case, share),
        None if share.silent or share.wide == share.narrow else _wider(case, share),
        None if gap or share.bar is None else _bar(rule, share.bar, share.kept),
        None if share.silent else _encouraged(rule, share.wide, whole),
        case.near_words(whole * (share.bar or ZERO), case.closure(*share.counted))
        if near
        else None,
        case.urging() if rule.modal and not share.gap and not any(share.kept) else None,
        None if share.silent else _no_tags_known(case, share.counted),
    )


def _counted(case: Case[UseShare], share: _Share) -> Words:
    rule = case.rule
    return _(
        "{measures}: {figure} of {whole} of “{measure}”, that is {share}.",
        measures=_each(case, rule.counted),
        figure=phrases.area(share.narrow),
        whole=phrases.area(share.whole),
        measure=case.title(rule.measure),
        share=phrases.percent(share.narrow / share.whole),
    )


def _each(case: Case[UseShare], names: Sequence[str], *, alone: bool = True) -> Words:
    """Name some uses, each with its area; one that stands alone without, for its area follows.

    Parameters
    ----------
    case
        The rule on its town.
    names
        The measures of the uses.
    alone
        Whether the sum of them is printed next.
    """
    if alone and len(names) == 1:
        return case.title(names[0])
    return phrases.listed(
        _("{name} {area}", name=case.title(name), area=phrases.area(case.measure(name).area_m2))
        for name in names
    )


def _wider(case: Case[UseShare], share: _Share) -> Words:
    return _(
        "With {more}, which a wider reading counts too, it is {figure} ({share}).",
        more=_each(case, case.rule.perhaps, alone=False),
        figure=phrases.area(share.wide),
        share=phrases.percent(share.wide / share.whole),
    )


def _bar(rule: UseShare, bar: Decimal, kept: tuple[bool, bool]) -> Words:
    """State the bar, whose it is, and whether the readings keep it.

    Parameters
    ----------
    rule
        The rule with its bar.
    bar
        The bar, as a share.
    kept
        Whether the narrow and the wide reading keep it.
    """
    place = {"bar": phrases.percent(bar)}
    whose = {
        "policy": _("the clause"),
        "townland": _("this program's reading of the clause"),
        "bureau": _("the bureau"),
    }[rule.bar_of]
    sentence = {
        (True, False): _("By {whose} it should be at least {bar}", **place, whose=whose),
        (True, True): _("By {whose} it should be more than {bar}", **place, whose=whose),
        (False, False): _("By {whose} it should be at most {bar}", **place, whose=whose),
        (False, True): _("By {whose} it should be less than {bar}", **place, whose=whose),
    }[rule.minimum is not None, rule.exclusive]
    if all(kept):
        return _("{bar}: kept.", bar=sentence)
    if any(kept):
        return _("{bar}: the two readings differ, so a person decides.", bar=sentence)
    return _("{bar}: not kept.", bar=sentence)


def _encouraged(rule: UseShare, figure: Decimal, whole: Decimal) -> Words | None:
    """Say whether the share that is encouraged is reached; nothing where none is.

    Parameters
    ----------
    rule
        The rule with the share.
    figure, whole
        What is counted, and what it is a share of, in m².
    """
    wish = rule.encouraged
    if wish is None:
        return None
    place = {"bar": phrases.percent(wish)}
    reached = figure >= whole * wish if rule.minimum is not None else figure <= whole * wish
    if reached:
        return _("{bar} is encouraged: reached.", **place)
    return _("{bar} is encouraged: not reached.", **place)


def _share_working(case: Case[UseShare], share: _Share) -> ShareWorking:
    rule = case.rule
    formula = _(
        "The sum of {measures}, divided by the area of “{whole}”.",
        measures=phrases.listed(
            _("“{measure}”", measure=case.title(name)) for name in rule.counted
        ),
        whole=case.title(rule.measure),
    )
    addends = () if share.silent else rule.counted
    readings = zip(
        (rule.counted, share.counted), (share.narrow, share.wide), share.kept, strict=True
    )
    return ShareWorking(
        formula=both(formula),
        terms=(),
        ratio=Ratio(
            of=tuple(term(name, "area_m2", case.measure(name).area_m2) for name in addends),
            by=() if share.silent else (term(rule.measure, "area_m2", share.whole),),
        ),
        readings=tuple(
            ShareReading(measures=names, area_m2=area, keeps=keeps)
            for names, area, keeps in ([] if share.silent else readings)
        ),
        parameters=(*_bars(rule), case.own_number("uncertainty", rule.uncertainty)),
    )


def _bars(rule: UseShare) -> tuple[Parameter, ...]:
    titles = {
        "minimum": _("the least share"),
        "maximum": _("the greatest share"),
        "encouraged": _("the share that is encouraged"),
    }
    values = {name: getattr(rule, name) for name in titles}
    return tuple(
        Parameter(name=name, value=values[name], unit=None, title=both(title), origin=rule.bar_of)
        for name, title in titles.items()
        if values[name] is not None
    )


def _untagged(case: Case[Rule], names: Sequence[str]) -> list[Words]:
    roles = [role for name in names for role in case.measure(name).untagged]
    return [_class_alone(role) for role in dict.fromkeys(roles)]


def _class_alone(role: str) -> Words:
    return _(
        "The layer {role} has no tags, so that land counts by its class alone",
        role=terms.role(role),
    )


def _no_tags_known(case: Case[Rule], names: Sequence[str]) -> Words | None:
    sentences = [as_sentence(text) for text in _untagged(case, names)]
    return phrases.sentences(*sentences) if sentences else None


KINDS = (
    Kind(NeedByUse, need_by_use, UsesWorking),
    Kind(UseShare, use_share, ShareWorking),
)
