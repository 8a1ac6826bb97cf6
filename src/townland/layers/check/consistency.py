"""Whether the records of the land survey agree with themselves (TD/T 1055-2019).

Every figure and class of the rules stands in ``schemas/consistency.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from townland.i18n import _
from townland.layers.check.faults import Faults, printed, where
from townland.layers.check.records import Records
from townland.standards import fields

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

MICRO = 1_000_000
"""A coefficient is taken as whole millionths, an area as whole hundredths: products are exact."""


def consistency_faults(records: Records) -> Iterator[Faults]:
    """Every rule that the layer has the fields for, over all records at once."""
    rules = fields.consistency()
    cultivated = _among(records.code, rules["cultivated"]["classes"])
    if records.has("KCXS"):
        yield from _ridges(records, cultivated)
    if records.has("GDPDJB"):
        yield from _slopes(records, cultivated)
    if records.has("ZZSXDM") and records.layer.spec.role == "land_use":
        yield from where(
            cultivated & (records.codes("ZZSXDM") == ""),
            "planting_missing",
            "warning",
            _("cultivated land {code} without a planting attribute (ZZSXDM)", code=records.code),
        )
    yield from _lanes(records)
    yield from _settlements(records)
    yield from _areas(records)


def _ridges(records: Records, cultivated: Bools) -> Iterator[Faults]:
    rules = fields.consistency()["ridge"]
    factor = records.numbers("KCXS")
    filled = ~np.isnan(factor)
    deducts = filled & (factor > rules["above"])
    message = _(
        "the ridge coefficient KCXS is {factor}; it is a fraction from {above} to {below} (a percentage"
        " must be divided by 100)",
        factor=factor,
        above=rules["above"],
        below=rules["below"],
    )
    outside = filled & ((factor < rules["above"]) | (factor >= rules["below"]))
    yield from where(outside, "ridge_factor_range", "error", message)
    known = records.code != ""
    message = _(
        "a ridge coefficient of {factor} on {code}, which is no cultivated land",
        factor=factor,
        code=records.code,
    )
    yield from where(deducts & known & ~cultivated, "ridge_not_cultivated", "warning", message)
    # the class of the ridges is 1203, and 123 in the second survey
    if records.has("KCDLBM"):
        allowed = (rules["class"], rules["old_class"])
        held = records.codes("KCDLBM")
        message = _(
            "ridges are deducted (KCXS {factor}), but KCDLBM is '{held}' and not {expected}",
            factor=factor,
            held=held,
            expected=rules["class"],
        )
        yield from where(
            deducts & ~_among(held, allowed), "ridge_class_missing", "warning", message
        )


def _slopes(records: Records, cultivated: Bools) -> Iterator[Faults]:
    rules = fields.consistency()["cultivated"]
    slope = records.codes("GDPDJB")
    sloping = _among(slope, rules["slopes"]) & (slope != rules["level"])
    if records.has("KCXS"):
        factor = records.numbers("KCXS")
        message = _("slope class 1 (≤ 2°) with a ridge coefficient of {factor}", factor=factor)
        yield from where(
            (slope == rules["level"]) & (factor > 0), "level_with_ridges", "warning", message
        )
    if records.has("GDLX"):
        kind = records.codes("GDLX")
        message = _("slope class 1 (≤ 2°), but GDLX is '{kind}' and not empty", kind=kind)
        yield from where(
            (slope == rules["level"]) & (kind != ""), "level_with_kind", "warning", message
        )
        message = _("slope class {slope} without a kind of field (GDLX)", slope=slope)
        yield from where(sloping & (kind == ""), "kind_missing", "warning", message)
        if records.has("KCXS"):
            message = _("a terraced field (GDLX TT) without a ridge coefficient")
            bare = ~(records.numbers("KCXS") > 0)
            yield from where(
                (kind == rules["terrace"]) & bare, "terrace_without_ridges", "warning", message
            )
    message = _("cultivated land {code} without a slope class (GDPDJB)", code=records.code)
    yield from where(
        cultivated & ~_among(slope, rules["slopes"]), "slope_missing", "warning", message
    )


def _lanes(records: Records) -> Iterator[Faults]:
    rules = fields.consistency()["lane"]
    if not records.has("XZDWKD") or records.scheme not in rules["schemes"]:
        return
    width = records.numbers("XZDWKD")
    message = _(
        "a village lane (1006) of {width} m; one wider than {widest} m is a road, which is construction"
        " land",
        width=width,
        widest=rules["widest_m"],
    )
    wide = _among(records.code, rules["classes"]) & (width > rules["widest_m"])
    yield from where(wide, "lane_too_wide", "warning", message)


def _settlements(records: Records) -> Iterator[Faults]:
    rules = fields.consistency()["settlement"]
    if not records.has("CZCSXM") or records.scheme not in rules["schemes"]:
        return
    positions, distinct = pd.factorize(records.code)
    must = np.array(
        [code[:2] in rules["prefixes"] or code in rules["classes"] for code in distinct], dtype=bool
    )
    needs = must[positions] if len(must) else np.zeros(len(records), dtype=bool)
    message = _("{code} without a settlement attribute (CZCSXM)", code=records.code)
    yield from where(
        needs & (records.codes("CZCSXM") == ""), "settlement_missing", "warning", message
    )


def _areas(records: Records) -> Iterator[Faults]:
    """Net = gross - deducted, and deducted = gross × coefficient, in whole hundredths of a m²."""
    if not records.has("TBMJ"):
        return
    rules = fields.consistency()["ridge"]
    old = records.has("XZDWMJ") or records.has("LXDWMJ")
    gross, odd = _hundredths(records.numbers("TBMJ"))
    message = _("the recorded area has more decimals than {digits}", digits=rules["digits"])
    yield from where(odd, "area_not_rounded", "warning", message)
    known = ~odd & ~np.isnan(records.numbers("TBMJ"))
    yield from where(
        known & (gross <= 0), "area_not_positive", "warning", _("the recorded area is not above 0")
    )
    strips = sum(
        (_hundredths(np.nan_to_num(records.numbers(name)))[0] for name in ("XZDWMJ", "LXDWMJ")),
        np.zeros(len(records), dtype=np.int64),
    )
    ridges, odd_ridges = _hundredths(np.nan_to_num(records.numbers("KCMJ")))
    if records.has("TBDLMJ", "KCMJ"):
        recorded = records.numbers("TBDLMJ")
        net, odd_net = _hundredths(recorded)
        expected = gross - strips - ridges
        wrong = known & ~odd_net & ~odd_ridges & ~np.isnan(recorded) & (net != expected)
        yield from where(
            wrong,
            "net_area_differs",
            "warning",
            lambda rows: _(
                "the net area is recorded as {net} m²; gross less deductions is {expected} m²",
                net=printed(net[rows]),
                expected=printed(expected[rows]),
            ),
        )
    if records.has("KCMJ", "KCXS"):
        factor = records.numbers("KCXS")
        sound = (factor >= rules["above"]) & (factor < rules["below"])
        whole = np.rint(np.where(sound, factor, 0.0) * MICRO).astype(np.int64)
        product = (2 * gross * whole + MICRO) // (2 * MICRO)
        # areas to 0.1 m² are half a tenth off at most
        slack = 10 ** (rules["digits"] - rules["old_digits"]) // 2 if old else 0
        wrong = np.abs(ridges - product) > slack
        # what a coefficient means beside strips that are deducted too, no source at hand says
        wrong &= known & sound & ~odd_ridges & (strips == 0)
        yield from where(
            wrong,
            "ridge_area_differs",
            "warning",
            lambda rows: _(
                "the ridges' area KCMJ is recorded as {held} m²; gross × {factor}, rounded half up, is"
                " {expected} m²",
                held=printed(ridges[rows]),
                factor=factor[rows],
                expected=printed(product[rows]),
            ),
        )


def _among(values: NDArray[np.object_], known: Iterable[str]) -> Bools:
    return pd.Series(values, dtype=object).isin(list(known)).to_numpy(dtype=bool)


def _hundredths(values: NDArray[np.float64]) -> tuple[Ints, Bools]:
    """Areas as whole hundredths, and which of them have more decimals than that."""
    scaled = np.nan_to_num(values) * 100
    whole = np.rint(scaled)
    return whole.astype(np.int64), np.abs(scaled - whole) > 1e-3
