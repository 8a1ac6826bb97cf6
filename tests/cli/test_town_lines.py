"""A town's line on the console's page: the area stays, a long name is shortened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.factory_demo import demo_assessment

from townland.results import Assessment
from townland_cli import summary
from townland_cli.wrapping import cell_len


def renamed(demo: Assessment, name: str) -> Assessment:
    """The demo county, each of its towns called so."""
    return replace(
        demo,
        towns=tuple(replace(each, town=replace(each.town, name=name)) for each in demo.towns),
    )


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
@pytest.mark.parametrize(("lang", "area"), [("zh", "305.0000 公顷"), ("en", "305.0000 ha")])
@pytest.mark.parametrize(
    "name", ["螺溪小镇", "柳州市柳南区太阳村镇螺蛳粉特色小镇核心区（一期）" * 3]
)
def test_the_area_stays_and_so_do_the_verdicts(
    monkeypatch: pytest.MonkeyPatch, columns: int, lang: str, area: str, name: str
) -> None:
    demo = demo_assessment()
    monkeypatch.setattr(summary, "width", lambda: columns)
    lines = list(summary._town_lines(renamed(demo, name), lang))
    assert max(map(cell_len, lines)) <= columns
    (at,) = [n for n, line in enumerate(lines) if line.startswith("T02 ")]
    assert area in lines[at]
    verdicts = [each.verdict.value for each in demo.findings_of("T02")]
    told = " ".join(" ".join(lines[at : at + 3]).split())
    assert f" {verdicts.count('info')}" in told


def test_of_many_towns_the_name_gives_way_before_the_area(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = demo_assessment()
    monkeypatch.setattr(summary, "FEW", 1)
    monkeypatch.setattr(summary, "width", lambda: 90)
    lines = list(summary._town_lines(renamed(demo, "柳州市螺蛳粉特色小镇"), "zh"))
    assert len(lines) == len(demo.towns) + 1
    assert max(map(cell_len, lines)) <= 90
    (line,) = [each for each in lines if each.startswith("T02 ")]
    assert "305.0000 公顷" in line
    assert "提示 21" in line
