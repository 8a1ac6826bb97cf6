"""The national rules at second hand: five towns for each, by the rows TC-N of policy-thresholds.csv."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from tests.factory_rules import measure, town
from tests.rules.cases import INFO, NOT, PASS, REVIEW, Case

from townland.rules.book.loader import load_rulebook

NATIONAL = load_rulebook("national-2021")
ONE_READING = "the text is not at hand: no second reading of its words is known"

CANNOT = {
    ("TC-N-1", "missing"): "without a boundary there is no town",
    (
        "TC-N-2",
        "missing",
    ): "without a boundary there is no town; the type is needed only above 5 km²",
    **{(f"TC-N-{number}", "ambiguous"): ONE_READING for number in (1, 3, 4, 5, 6, 7, 8, 9, 12)},
}

TYPE = "manufacturing"
NationalCase = partial(Case, day=date(2022, 6, 1), rulebook="national-2021")


def facts(area: Any = 3_000_000, built: Any = 1_000_000, housing: Any = 0, **dossier: Any) -> Any:
    """A town of 3 km², of them 1 km² = 1 500 mu planned construction."""
    return town(
        measure("planned_construction", ("p", built), rulebook=NATIONAL),
        measure("residential_planned", ("h", housing), rulebook=NATIONAL),
        area=area,
        dossier=dossier,
        rulebook=NATIONAL,
    )


NO_PLAN = town(
    absent=("planned_use",), rulebook=NATIONAL, dossier={"total_investment": 45, "annual_tax": 1}
)


def area(
    rule: str, kind: Any, measured: str, verdict: Any, limit: str, margin: str, working: str
) -> Case:
    held = facts(built=measured) if rule == "TC-N-3" else facts(area=measured, national_type=TYPE)
    return NationalCase(rule, kind, held, verdict, measured, working, limit, margin)


def ratio(
    rule: str,
    kind: Any,
    verdict: Any,
    figures: tuple[str, str, str],
    unit: str,
    working: str,
    **dossier: Any,
) -> Case:
    measured, limit, margin = figures
    return NationalCase(
        rule, kind, facts(**dossier), verdict, measured, working, limit, margin, unit
    )


def unknown(rule: str, limit: str, unit: str, *missing: str, **dossier: Any) -> Case:
    held = facts(**dossier)
    return NationalCase(
        rule, "missing", held, NOT, None, "not told", limit, None, unit, missing=missing
    )


CASES = [
    area("TC-N-1", "inside", "1001000.00", PASS, "1000000.00", "1000.00", "1 km²; doubt 1 000"),
    area("TC-N-1", "limit", "1000000.00", REVIEW, "1000000.00", "0.00", "on it"),
    area("TC-N-1", "outside", "999000.00", REVIEW, "1000000.00", "-1000.00", "below; second-hand"),
    area("TC-N-2", "inside", "4995000.00", PASS, "5000000.00", "5000.00", "5 km²; doubt 5 000"),
    area("TC-N-2", "limit", "5000000.00", REVIEW, "5000000.00", "0.00", "on it"),
    area("TC-N-2", "outside", "5005000.00", REVIEW, "5000000.00", "-5000.00", "above; second-hand"),
    NationalCase(
        *("TC-N-2", "ambiguous", facts(area="6000000.00", national_type="sport"), REVIEW),
        *("6000000.00", "文旅、体育、三产融合: the bar may be raised, how far is not said"),
        limit="5000000.00",
        margin="-1000000.00",
        says="may be raised",
    ),
    area("TC-N-3", "inside", "500500.00", PASS, "500000.00", "500.00", "0.5 km²; doubt 500"),
    area("TC-N-3", "limit", "500000.00", REVIEW, "500000.00", "0.00", "on it"),
    area("TC-N-3", "outside", "499500.00", REVIEW, "500000.00", "-500.00", "below; second-hand"),
    NationalCase(
        "TC-N-3", "missing", NO_PLAN, NOT, None, "no plan", "500000.00", missing=("planned_use",)
    ),
    ratio(
        "TC-N-4",
        "inside",
        PASS,
        ("0.3003", "0.3", "0.0003"),
        "share",
        "doubt 0.0003",
        green_cover=0.3003,
    ),
    ratio("TC-N-4", "limit", PASS, ("0.3", "0.3", "0"), "share", "on it", green_cover=0.3),
    ratio(
        "TC-N-4",
        "outside",
        REVIEW,
        ("0.2997", "0.3", "-0.0003"),
        "share",
        "below",
        green_cover=0.2997,
    ),
    unknown("TC-N-4", "0.3", "share", "green_cover"),
    ratio(
        "TC-N-5",
        "inside",
        PASS,
        ("0.6006", "0.6", "0.0006"),
        "share",
        "6.006 / 10",
        industry_investment=6.006,
        total_investment=10,
    ),
    ratio(
        "TC-N-5",
        "limit",
        PASS,
        ("0.6", "0.6", "0"),
        "share",
        "6 / 10",
        industry_investment=6,
        total_investment=10,
    ),
    ratio(
        "TC-N-5",
        "outside",
        REVIEW,
        ("0.5994", "0.6", "-0.0006"),
        "share",
        "5.994 / 10",
        industry_investment=5.994,
        total_investment=10,
    ),
    unknown("TC-N-5", "0.6", "share", "total_investment", industry_investment=6),
    ratio(
        "TC-N-6",
        "inside",
        PASS,
        ("200.2", "200", "0.2"),
        "yuan_10k_per_mu",
        "30.03 亿 = 300 300 万 / 1 500 mu",
        total_investment=30.03,
    ),
    ratio(
        "TC-N-6",
        "limit",
        REVIEW,
        ("200", "200", "0"),
        "yuan_10k_per_mu",
        "300 000 / 1 500",
        total_investment=30,
    ),
    ratio(
        "TC-N-6",
        "outside",
        REVIEW,
        ("199.8", "200", "-0.2"),
        "yuan_10k_per_mu",
        "299 700 / 1 500",
        total_investment=29.97,
    ),
    unknown("TC-N-6", "200", "yuan_10k_per_mu", "total_investment"),
    ratio(
        "TC-N-7",
        "inside",
        PASS,
        ("10.01", "10", "0.01"),
        "yuan_10k_per_mu",
        "15 015 / 1 500",
        annual_tax=15_015,
    ),
    ratio(
        "TC-N-7",
        "limit",
        REVIEW,
        ("10", "10", "0"),
        "yuan_10k_per_mu",
        "15 000 / 1 500",
        annual_tax=15_000,
    ),
    ratio(
        "TC-N-7",
        "outside",
        REVIEW,
        ("9.99", "10", "-0.01"),
        "yuan_10k_per_mu",
        "14 985 / 1 500",
        annual_tax=14_985,
    ),
    unknown("TC-N-7", "10", "yuan_10k_per_mu", "annual_tax"),
    ratio(
        "TC-N-8",
        "inside",
        PASS,
        ("20.02", "20", "0.02"),
        "yuan_10k_per_head",
        "20 020 / 1 000",
        annual_output=20_020,
        employees=1_000,
    ),
    ratio(
        "TC-N-8",
        "limit",
        PASS,
        ("20", "20", "0"),
        "yuan_10k_per_head",
        "20 000 / 1 000",
        annual_output=20_000,
        employees=1_000,
    ),
    ratio(
        "TC-N-8",
        "outside",
        REVIEW,
        ("19.98", "20", "-0.02"),
        "yuan_10k_per_head",
        "19 980 / 1 000",
        annual_output=19_980,
        employees=1_000,
    ),
    unknown("TC-N-8", "20", "yuan_10k_per_head", "employees", annual_output=20_000),
    ratio("TC-N-9", "inside", PASS, ("2002", "2000", "2"), "persons", "doubt 2", employees=2_002),
    ratio("TC-N-9", "limit", PASS, ("2000", "2000", "0"), "persons", "on it", employees=2_000),
    ratio("TC-N-9", "outside", REVIEW, ("1998", "2000", "-2"), "persons", "below", employees=1_998),
    unknown("TC-N-9", "2000", "persons", "employees"),
    ratio(
        "TC-N-10",
        "inside",
        PASS,
        ("50.05", "50", "0.05"),
        "visits_10k",
        "doubt 0.05",
        annual_visitors=50.05,
        national_type="culture_tourism",
    ),
    ratio(
        "TC-N-10",
        "limit",
        PASS,
        ("50", "50", "0"),
        "visits_10k",
        "on it",
        annual_visitors=50,
        national_type="culture_tourism",
    ),
    ratio(
        "TC-N-10",
        "outside",
        REVIEW,
        ("49.95", "50", "-0.05"),
        "visits_10k",
        "below",
        annual_visitors=49.95,
        national_type="culture_tourism",
    ),
    unknown("TC-N-10", "50", "visits_10k", "annual_visitors", national_type="culture_tourism"),
    NationalCase(
        "TC-N-10",
        "ambiguous",
        facts(annual_visitors=1, national_type=TYPE),
        INFO,
        None,
        "文旅类 only: of another type",
        unit="visits_10k",
        says="Not applicable",
    ),
    NationalCase(
        "TC-N-11",
        "inside",
        facts(housing="299700.00"),
        PASS,
        "0.2997",
        "30 % of 1 km² less its doubt 300",
        "0.3",
        "0.0003",
        "share",
        says="25% is encouraged: not reached",
    ),
    NationalCase(
        "TC-N-11",
        "limit",
        facts(housing="300000.00"),
        REVIEW,
        "0.3",
        "300 000 / 1 000 000",
        "0.3",
        "0",
        "share",
    ),
    NationalCase(
        "TC-N-11",
        "outside",
        facts(housing="300300.00"),
        REVIEW,
        "0.3003",
        "300 300 / 1 000 000",
        "0.3",
        "-0.0003",
        "share",
    ),
    NationalCase(
        "TC-N-11",
        "ambiguous",
        facts(housing="250000.00"),
        PASS,
        "0.25",
        "鼓励 25 %: encouraged, not asked",
        "0.3",
        "0.05",
        "share",
        says="25% is encouraged: reached",
    ),
    NationalCase(
        "TC-N-11",
        "missing",
        NO_PLAN,
        NOT,
        None,
        "no plan",
        None,
        None,
        "share",
        missing=("planned_use",),
    ),
    ratio(
        "TC-N-12",
        "inside",
        PASS,
        ("0.2002", "0.2", "0.0002"),
        "share",
        "doubt 0.0002",
        three_new_share=0.2002,
    ),
    ratio("TC-N-12", "limit", PASS, ("0.2", "0.2", "0"), "share", "on it", three_new_share=0.2),
    ratio(
        "TC-N-12",
        "outside",
        REVIEW,
        ("0.1998", "0.2", "-0.0002"),
        "share",
        "below",
        three_new_share=0.1998,
    ),
    unknown("TC-N-12", "0.2", "share", "three_new_share"),
    ratio(
        *("TC-N-13", "inside", PASS, ("0.025025", "0.025", "0.000025"), "share"),
        "0.1 % of 2.5 % are 0.0025 %",
        research_intensity=0.025025,
        national_type=TYPE,
    ),
    ratio(
        *("TC-N-13", "limit", PASS, ("0.025", "0.025", "0"), "share", "on it"),
        research_intensity=0.025,
        national_type=TYPE,
    ),
    ratio(
        *("TC-N-13", "outside", REVIEW, ("0.024975", "0.025", "-0.000025"), "share", "below"),
        research_intensity=0.024975,
        national_type=TYPE,
    ),
    unknown("TC-N-13", "0.025", "share", "research_intensity", national_type=TYPE),
    NationalCase(
        *("TC-N-13", "ambiguous", facts(research_intensity=0.001, national_type="sport"), INFO),
        *(None, "先进制造、科技创新、创意设计、数字经济 only: of another type"),
        unit="share",
        says="Not applicable",
    ),
]
