"""What the library is asked to do with an input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from random import Random

from tests import factory_random
from tests.factory_coordinates import box

import townland as tl
from townland.catalog import LayerCatalog
from townland.doctor import locate
from townland.i18n import render
from townland.issues import Issue
from townland.results import Assessment
from townland.rules.book.lint import lint

LANGUAGES = ("en", "zh")
DAY = "2018-12-31"
BOOK = factory_random.BOOK.model_copy(
    update={
        "rule": [each for each in factory_random.BOOK.rule if each.id in ("LAND-02", "LAND-03")]
    }
)
SUFFIXES = (".shp", ".gpkg", ".geojson", ".kml", ".dxf", ".txt", ".xlsx")


@cache
def small_layers() -> LayerCatalog:
    """Layers around the squares of the seeds."""
    shapes = [box(-500, -500, 1200), box(700, -500, 1200)]
    back = [factory_random.frame(shapes, 4524, DLBM=["0103", "0301"])]
    plots = factory_random.frame([box(10, 10, 50)], 4524, GHDM=["0701"])
    return factory_random.catalog(back[0], plots, factory_random.frame([box(20, 20, 40)], 4524))


def small_check(boundary: object, layers: LayerCatalog) -> Assessment:
    """A check by three rules."""
    towns = tl.read_towns(boundary)
    return tl.check(towns, layers, BOOK, on=DAY)


def rendered(issues: Iterable[Issue]) -> None:
    """Put the sentences into words, as a page or a console does."""
    for each in issues:
        for lang in LANGUAGES:
            render(each.message, lang)


def area(path: Path, dice: Random) -> None:
    given = {} if dice.random() < 0.5 else {"crs": "EPSG:4524"}
    tl.area(path, exact=dice.random() < 0.5, **given)
    for town in tl.read_towns(path, **given):
        rendered(town.issues)


def convert(path: Path, dice: Random) -> None:
    given = {} if dice.random() < 0.7 else {"to_crs": "EPSG:4490"}
    made = tl.convert(path, path.parent / f"converted{dice.choice(SUFFIXES)}", **given)
    rendered(made.issues)


def checked(path: Path, dice: Random) -> None:
    made = small_check(path, small_layers())
    if dice.random() < 0.2:
        tl.write_run(
            made, path.parent / "out", formats=["json", "html"], lang=dice.choice(LANGUAGES)
        )


def located(path: Path, _dice: Random) -> None:
    rendered(locate(path).issues)


def proposed(path: Path, _dice: Random) -> None:
    tl.layers_init(path.parent, path.parent / "proposed.toml")


def layers_checked(path: Path, _dice: Random) -> None:
    for each in tl.layers_check(path):
        rendered(each.summary.issues)


def by_layers(path: Path, _dice: Random) -> None:
    town = factory_random.frame([box(5, 5, 80)], 4524)
    small_check(town, tl.load_catalog(path))


def dossiers(path: Path, _dice: Random) -> None:
    read = tl.load_dossiers(path)
    town = factory_random.frame([box(5, 5, 80)], 4524)
    tl.match_dossiers(tl.read_towns(town), read, some=True)


def linted(path: Path, dice: Random) -> None:
    for fault in lint(path):
        for lang in LANGUAGES:
            render(fault.message, lang)
    book = tl.load_rulebook(path)
    if dice.random() < 0.2:
        towns = tl.read_towns(factory_random.frame([box(5, 5, 80)], 4524))
        tl.check(towns, small_layers(), book, on=DAY)


def explained(path: Path, dice: Random) -> None:
    tl.explain(path, dice.choice([rule.id for rule in BOOK.rule]))


WAYS: dict[str, tuple[Callable[[Path, Random], None], ...]] = {
    "boundary": (area, area, convert, checked, located, proposed),
    "catalog": (layers_checked, by_layers, by_layers, proposed),
    "dossier": (dossiers,),
    "rulebook": (linted,),
    "run": (explained,),
}
"""What is done with each kind of seed."""
