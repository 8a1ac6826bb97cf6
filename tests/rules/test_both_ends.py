"""Rules that lean on a plan, judged at both ends: nothing more is planned, or all open land is.

A town of 1 km × 1 km in the zone EPSG:4524. Areas are compared with another routine than the product's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.factory_land import box, catalog, geodesic_m2, write
from tests.factory_rules import book, changed, judge, measure, read_back, town

from townland.assessment import check
from townland.dossier import Dossier
from townland.measuring.areas import Gain, Measure
from townland.measuring.asked import Kept
from townland.results import Assessment
from townland.rules.judging.finding import Finding
from townland.rules.judging.trace import End
from townland.terms import Verdict
from townland.towns import read_towns

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
RULES = tuple(
    rule for rule in book().rule if rule.id in {f"LAND-{at:02d}" for at in (2, 3, 4, 5, 8, 10, 13)}
)
LAW = book().model_copy(update={"rule": RULES})
TOWN = box(0, 0, 1000, 1000)
DOSSIER = {
    "code": "1",
    "county_code": "450222",
    "quota_ha": 30,
    "replacement_bank_ha": 50,
    "replacement_bank_paddy_ha": 50,
}
PADDY, FOREST = "0101", "0301"


def checked(
    folder: Path,
    plots: list[Any],
    parcels: list[tuple[Any, str]],
    farmland: list[Any] | None = None,
    **extra: str,
) -> Assessment:
    """A check of the town; basic farmland is declared complete there.

    Parameters
    ----------
    folder
        Where the files go.
    plots
        The planned plots, all of them industry.
    parcels
        The land survey: shapes and codes.
    farmland
        The patches of permanent basic farmland, far from the town where there are none.
    extra
        More lines for a role's table of the catalog.
    """
    write(folder / "extent.gpkg", [box(-10, -10, 1010, 1010)])
    layers = {
        "land_use": write(
            folder / "survey.gpkg",
            [shape for shape, _code in parcels],
            BSM=[str(at) for at in range(len(parcels))],
            DLBM=[code for _shape, code in parcels],
            KCXS=[0.0] * len(parcels),
            QSXZ=["30"] * len(parcels),
        ),
        "planned_use": write(
            folder / "plan.gpkg",
            plots,
            ID=[f"p{at}" for at in range(len(plots))],
            GHDM=["1001"] * len(plots),
        ),
        "permanent_basic_farmland": write(
            folder / "pbf.gpkg",
            farmland or [box(5000, 0, 5010, 10)],
            BSM=[str(at) for at in range(len(farmland or [1]))],
        ),
    }
    extra.setdefault("permanent_basic_farmland", 'coverage = "extent.gpkg"\n')
    (place,) = read_towns([write(folder / "towns.gpkg", [TOWN], name=["甲镇"])])
    place = replace(place, dossier=Dossier.model_validate(DOSSIER))
    return check([place], catalog(folder, layers, **extra), LAW, on=dt.date(2018, 12, 31))


def found(assessment: Assessment, rule: str) -> Finding:
    (finding,) = (each for each in assessment.findings if each.rule == rule)
    return finding


def why(finding: Finding) -> str:
    return finding.why.render("en")


PADDY_ONLY = [(TOWN, PADDY)]


@pytest.mark.parametrize("width", [0.1, 0.6, 30])
def test_a_neighbours_plot_across_the_border_is_no_plan_of_the_town(
    tmp_path: Path, width: float
) -> None:
    plot = box(-100, 0, width, 900)
    done = checked(tmp_path, [plot], PADDY_ONLY, [TOWN])
    for rule in ("LAND-04", "LAND-05", "LAND-08", "LAND-13", "LAND-02"):
        assert found(done, rule).verdict in {REVIEW, NOT}, rule
    (result,) = done.towns
    bare = geodesic_m2(box(width, 0, 1000, 1000)) + geodesic_m2(box(0, 900, width, 1000))
    assert float(result.unplanned_m2 or 0) == pytest.approx(bare, abs=0.3)
    # two thirds of a sliver's width are nothing of a plan
    assert (found(done, "LAND-04").verdict is NOT) == (width == 0.1)


def test_a_town_without_any_plot_is_not_evaluated(tmp_path: Path) -> None:
    done = checked(tmp_path, [box(3000, 0, 3100, 100)], PADDY_ONLY)
    assert {found(done, rule).verdict for rule in ("LAND-04", "LAND-05", "LAND-08")} == {NOT}
    assert found(done, "LAND-05").verdict_if_confirmed is None


def test_paddy_without_a_planned_use_waits_for_a_confirmation(tmp_path: Path) -> None:
    # the plot is on the forest in the west; 100 m × 1 km of paddy in the east have no planned use
    parcels = [(box(0, 0, 900, 1000), FOREST), (box(900, 0, 1000, 1000), PADDY)]
    done = checked(tmp_path, [box(0, 0, 500, 500)], parcels)
    finding = found(done, "LAND-05")
    assert (finding.verdict, finding.verdict_if_confirmed) == (REVIEW, PASS)
    assert finding.confirms == ("planned_use",)
    assert finding.measured == 0
    (end,) = finding.trace.ends
    assert float(end.measured) == pytest.approx(geodesic_m2(box(900, 0, 1000, 1000)), abs=0.1)  # type: ignore[arg-type]
    open_ha = (geodesic_m2(TOWN) - geodesic_m2(box(0, 0, 500, 500))) / 10_000
    assert f"{open_ha:.4f} ha of the town have no planned use" in why(finding)
    assert "If nothing more is planned: Compliant." in why(finding)
    # 25 ha are planned and within the quota of 30 ha; all of the town, 100 ha, is not
    assert found(done, "LAND-08").verdict is REVIEW
    assert read_back(finding).ends == finding.trace.ends


def test_open_land_of_another_kind_changes_nothing(tmp_path: Path) -> None:
    done = checked(tmp_path, [box(0, 0, 500, 500)], [(TOWN, FOREST)])
    finding = found(done, "LAND-05")
    assert (finding.verdict, finding.confirms, finding.trace.ends) == (PASS, (), ())
    assert "no planned use" not in why(finding)


def test_the_same_verdict_at_both_ends_stands_with_its_range(tmp_path: Path) -> None:
    # a bank of 50 ha is enough for the 10 ha of paddy that have no planned use
    parcels = [(box(0, 0, 900, 1000), FOREST), (box(900, 0, 1000, 1000), PADDY)]
    done = checked(tmp_path, [box(0, 0, 500, 500)], parcels)
    finding = found(done, "LAND-10")
    assert (finding.verdict, finding.verdict_if_confirmed) == (PASS, None)
    assert "from 0.0000 ha to 9.9999 ha" in why(finding)
    assert "the verdict the same" in why(finding)


def test_what_fails_already_fails_whatever_is_planned_beside_it(tmp_path: Path) -> None:
    done = checked(tmp_path, [box(0, 0, 500, 500)], PADDY_ONLY, [box(0, 0, 100, 100)])
    assert found(done, "LAND-03").verdict is FAIL


def test_farmland_beside_the_plots_is_review_as_the_clause_has_it(tmp_path: Path) -> None:
    done = checked(tmp_path, [box(0, 0, 500, 500)], PADDY_ONLY, [box(600, 600, 700, 700)])
    finding = found(done, "LAND-03")
    assert (finding.verdict, finding.verdict_if_confirmed) == (REVIEW, REVIEW)


def test_what_waits_for_another_layer_may_wait_for_the_plan_as_well(tmp_path: Path) -> None:
    # farmland that nobody declared complete, with the town in its bounding box; open land meets some
    farmland = [box(600, 600, 700, 700), box(-60, -60, -50, -50), box(1050, 1050, 1060, 1060)]
    done = checked(
        tmp_path, [box(0, 0, 500, 500)], PADDY_ONLY, farmland, permanent_basic_farmland=""
    )
    finding = found(done, "LAND-03")
    assert finding.verdict is REVIEW
    assert "planned_use" in finding.confirms


def test_a_plan_that_is_declared_complete_leaves_nothing_open(tmp_path: Path) -> None:
    parcels = [(box(0, 0, 900, 1000), FOREST), (box(900, 0, 1000, 1000), PADDY)]
    done = checked(
        tmp_path, [box(0, 0, 500, 500)], parcels, planned_use='coverage = "extent.gpkg"\n'
    )
    assert (found(done, "LAND-05").verdict, found(done, "LAND-08").verdict) == (PASS, PASS)
    # the hectares without a planned use are a figure all the same
    rest = geodesic_m2(TOWN) - geodesic_m2(box(0, 0, 500, 500))
    assert float(done.towns[0].unplanned_m2 or 0) == pytest.approx(rest, abs=0.1)


def test_outside_the_declared_coverage_nothing_is_known(tmp_path: Path) -> None:
    write(tmp_path / "west.gpkg", [box(0, 0, 600, 1000)])
    done = checked(
        tmp_path, [box(0, 0, 500, 500)], [(TOWN, FOREST)], planned_use='coverage = "west.gpkg"\n'
    )
    finding = found(done, "LAND-05")
    assert finding.verdict is NOT
    assert f"{geodesic_m2(box(600, 0, 1000, 1000)) / 10_000:.4f} ha of the town are not" in why(
        finding
    )


def test_a_hair_between_plots_is_no_open_land(tmp_path: Path) -> None:
    plots = [box(0, 0, 499.95, 1000), box(500.05, 0, 1000, 1000)]
    done = checked(tmp_path, plots, PADDY_ONLY)
    assert found(done, "LAND-08").trace.ends == ()
    assert float(done.towns[0].unplanned_m2 or 0) == pytest.approx(100, abs=0.2)


# ---------------------------------------------------------------- figures by hand

CODES = {"construction": {"0701", "1001", "0901"}, "urban_residential": {"0701"}}


def gaining(name: str, area: int, gain: int, codes: set[str]) -> Measure:
    """A measure that would gain some m² were the open land planned as one of some codes."""
    return replace(
        placed(measure(name, ("p", area))),
        unplanned=Gain(Kept(codes=frozenset(codes)), placed(measure(name, ("b", gain)))),
    )


def placed(figures: Measure) -> Measure:
    """The measure with its pieces somewhere."""
    shapes = np.full(figures.pieces, TOWN)
    return replace(figures, table=replace(figures.table, geometry=shapes))


def test_a_share_is_tried_in_every_way_that_its_measures_tell_apart(tmp_path: Path) -> None:
    law = changed(tmp_path, ("# maximum = 0.3", "maximum = 0.3"))
    # 25 of 100; with 20 more for housing 45 of 120; with 20 more for other uses 25 of 120
    facts = town(
        gaining("planned_construction", 100, 20, CODES["construction"]),
        gaining("housing_planned", 25, 20, CODES["urban_residential"]),
    )
    finding = judge("USE-01", replace(facts, unplanned_m2=Decimal(20)), law)
    assert (finding.verdict, finding.verdict_if_confirmed) == (REVIEW, PASS)
    assert finding.measured == Decimal("0.25")
    assert [(end.planned_as, end.measured) for end in finding.trace.ends] == [
        ("planned_construction", Decimal("0.208333")),
        ("housing_planned", Decimal("0.375")),
    ]
    assert "from 20.83% to 37.5%" in why(finding)


def test_one_piece_of_land_has_one_use_at_each_end() -> None:
    # USE-02: 60 of 100 are for the uses it names; whatever 30 more become, more than half stays
    uses = ("new_for_industry", "new_for_public", "new_for_infrastructure")
    facts = town(
        gaining("new_construction", 100, 30, {"1", "2", "3", "4"}),
        *(
            gaining(name, area, 30, {code})
            for name, area, code in zip(uses, (60, 10, 0), "123", strict=True)
        ),
    )
    finding = judge("USE-02", replace(facts, unplanned_m2=Decimal(30)))
    assert finding.verdict is PASS
    shares = {end.planned_as: end.measured for end in finding.trace.ends}
    assert shares["new_construction"] == Decimal("0.538462")  # 70 of 130
    assert shares["new_for_public"] == Decimal("0.769231")  # 100 of 130
    assert isinstance(finding.trace.ends[0], End)
