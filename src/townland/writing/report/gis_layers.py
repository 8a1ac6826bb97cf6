"""What each layer of ``evidence.gpkg`` holds: features that are made of some towns at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from townland import geodesy, units
from townland.i18n import render
from townland.measuring import TownResult
from townland.measuring.piece_table import PieceTable
from townland.results import Assessment
from townland.writing.pages import look as legend
from townland.writing.report.gis_words import LAYERS

AT_ONCE = 32
"""The features of so many towns are made at once; few towns are written in one go."""
PIECE = "piece"
REPAIR_COLUMNS = (
    "layer", "feature", "problem", "action", "area_before_m2", "area_after_m2", "code", "x", "y",
)  # fmt: skip

Item = TypeVar("Item")
Frames: TypeAlias = list[gpd.GeoDataFrame]
Maker: TypeAlias = Callable[[Sequence[Item]], gpd.GeoDataFrame | None]
"""Makes the features of some items; None where they have none."""


@dataclass(frozen=True, slots=True)
class LayerContent(Generic[Item]):
    """What a layer holds: items, each with its CRS, of which features are made some at a time.

    So no more than the features of `AT_ONCE` towns are held at once.
    """

    name: str
    title: str
    items: Sequence[tuple[pyproj.CRS, Item]]
    made: Maker[Item]

    def by_crs(self) -> Iterator[tuple[str, pyproj.CRS, Iterator[gpd.GeoDataFrame]]]:
        """For each CRS the layer's name, with the EPSG code where there are several, and its blocks."""
        known: dict[pyproj.CRS, list[Item]] = {}
        for crs, item in self.items:
            known.setdefault(crs, []).append(item)
        for number, (crs, items) in enumerate(known.items(), 1):
            code = "" if len(known) == 1 else f"_{crs.to_epsg() or number}"
            yield f"{self.name}{code}", crs, self._blocks(items)

    def _blocks(self, items: Sequence[Item]) -> Iterator[gpd.GeoDataFrame]:
        for start in range(0, len(items), AT_ONCE):
            block = self.made(items[start : start + AT_ONCE])
            if block is not None:
                yield block


def contents(assessment: Assessment, lang: str) -> Iterator[LayerContent[Any]]:
    """What every layer holds."""
    crs = assessment.towns[0].town.crs
    titles = {name: title.render(lang) for name, title in LAYERS.items()}

    def of_frames(name: str, frames: Frames) -> LayerContent[Any]:
        return LayerContent(name, titles[name], [(each.crs, each) for each in frames], _together)

    yield of_frames("towns", _towns(assessment))
    for name, spec in assessment.rulebook.measure.items():
        if spec.layers:
            tables = [(each.town.crs, each.measures[name].table) for each in assessment.towns]
            kept = [each for each in tables if len(each[1])] or tables[:1]
            yield LayerContent(name, spec.title.render(lang), kept, _pieces)
    yield from _drawn(assessment, lang)
    yield of_frames("repairs", list(_repairs(assessment, lang)) or [_empty(REPAIR_COLUMNS, crs)])
    yield of_frames("uncovered", _uncovered(assessment) or [_empty(("town", "role"), crs)])
    yield of_frames("unplanned", _unplanned(assessment) or [_empty(("town", "area_m2"), crs)])
    if assessment.overlaps:
        yield of_frames("overlaps", [assessment.shared_land()])


def _together(frames: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _drawn(assessment: Assessment, lang: str) -> Iterator[LayerContent[TownResult]]:
    """What the layers hold that lie under the evidence where it is drawn.

    A measure that is called so keeps its name.
    """
    drawn: dict[str, Callable[[TownResult], gpd.GeoDataFrame | None]] = {
        "land_use": lambda each: each.land,
        "planned_use": lambda each: each.planned,
        "land_use_beside": lambda each: each.around,
    }
    for name, frame_of in drawn.items():
        role = name.removesuffix("_beside")
        scheme = next((each.scheme for each in assessment.catalog.of_role(role)), None)
        group = legend.use_group if role == "planned_use" else legend.land_group
        known = scheme if isinstance(scheme, str) else None

        made = partial(
            _drawn_features, role=role, frame_of=frame_of, grouped=partial(group, scheme=known)
        )
        taken = name in assessment.rulebook.measure
        towns = [(each.town.crs, each) for each in assessment.towns]
        title = LAYERS[name].render(lang)
        yield LayerContent(f"{name}_drawn" if taken else name, title, towns, made)


def _drawn_features(
    towns: Sequence[TownResult],
    *,
    role: str,
    frame_of: Callable[[TownResult], gpd.GeoDataFrame | None],
    grouped: Callable[[str, str], str],
) -> gpd.GeoDataFrame | None:
    """What is drawn of towns; None where nothing is.

    Parameters
    ----------
    towns, role
        The towns, and the role whose layers it was cut of.
    frame_of, grouped
        Gives what is drawn of a town, and of a class and one of the three classes the legend's group.
    """
    own = []
    for each in towns:
        frame = frame_of(each)
        if frame is not None and len(frame):
            codes = zip(frame[f"{role}_code"], frame["three_class"], strict=True)
            own.append(_flat(frame, each.town.code, [grouped(*pair) for pair in codes]))
    return _together(own) if own else None


def _flat(frame: gpd.GeoDataFrame, town: str, groups: Sequence[str]) -> gpd.GeoDataFrame:
    """A frame that is drawn in columns that a GeoPackage can hold.

    Parameters
    ----------
    frame, town, groups
        The frame, its town, and the group of each of its pieces in the legend.
    """
    columns: dict[str, object] = {
        "class" if name == "class_name" else str(name): _cells(str(name), series.to_numpy())
        for name, series in frame.items()
        if name != frame.geometry.name
    }
    shapes = np.asarray(frame.geometry.array, object)
    columns = {"town": town, **columns, "drawn_as": groups}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=frame.crs))


def _towns(assessment: Assessment) -> Frames:
    """The boundaries, with their two areas."""
    return [
        gpd.GeoDataFrame(
            {
                "town": [result.town.code],
                "name": [result.town.name],
                "area_m2": [float(result.area_m2)],
                "area_check_m2": [float(result.area_check_m2)],
            },
            geometry=[result.town.boundary],
            crs=result.town.crs,
        )
        for result in assessment.towns
    ]


def _uncovered(assessment: Assessment) -> Frames:
    """What the layers of a role leave uncovered of a town."""
    return [
        gpd.GeoDataFrame(
            {"town": [result.town.code], "role": [role]}, geometry=[rest], crs=result.town.crs
        )
        for result in assessment.towns
        for role, rest in result.uncovered.items()
        if not rest.is_empty
    ]


def _unplanned(assessment: Assessment) -> Frames:
    """The land without a planned use of which the plan may yet say something, patch by patch."""
    frames = []
    for result in assessment.towns:
        patches = shapely.get_parts(result.unplanned)
        if len(patches):
            areas = geodesy.official_area_m2(patches, result.town.crs)
            known = {"town": result.town.code, "area_m2": [float(units.m2(area)) for area in areas]}
            frames.append(gpd.GeoDataFrame(known, geometry=list(patches), crs=result.town.crs))
    return frames


def _empty(columns: Sequence[str], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """A layer without features, so that who looks for it finds it."""
    blank = {
        name: pd.Series(dtype=float if name.endswith("_m2") or name in ("x", "y") else object)
        for name in columns
    }
    return gpd.GeoDataFrame(blank, geometry=[], crs=crs)


def _repairs(assessment: Assessment, lang: str) -> Iterator[gpd.GeoDataFrame]:
    for repair in assessment.repairs:
        if repair.geometry is not None and not repair.geometry.is_empty:
            yield gpd.GeoDataFrame(
                {
                    "layer": [repair.layer],
                    "feature": [repair.feature],
                    "problem": [render(repair.problem, lang)],
                    "action": [render(repair.action, lang)],
                    "area_before_m2": [float(repair.area_before_m2)],
                    "area_after_m2": [float(repair.area_after_m2)],
                    "code": [repair.code],
                    "x": [np.nan if repair.place is None else repair.place[0]],
                    "y": [np.nan if repair.place is None else repair.place[1]],
                },
                geometry=[repair.geometry],
                crs=repair.crs,
            )


def _pieces(tables: Sequence[PieceTable]) -> gpd.GeoDataFrame:
    """Pieces of a measure, in one CRS, with columns that a GeoPackage can hold."""
    flat: dict[str, npt.NDArray[np.generic]] = {
        PIECE: np.concatenate([np.arange(1, len(table) + 1) for table in tables])
    }
    for name in dict.fromkeys(name for table in tables for name in table.columns):
        values = np.concatenate([table.column(name) for table in tables])
        flat["class" if name == "class_name" else name] = _cells(name, values)
    shapes = np.concatenate([table.geometry for table in tables])
    return gpd.GeoDataFrame(flat, geometry=shapes, crs=tables[0].crs)


def _cells(name: str, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """The values of a column of pieces as a GeoPackage can hold them."""
    if name in ("area_m2", "net_m2", "pm_m2"):
        return np.array([number(value) for value in values], dtype=float)
    return values.astype(bool) if name == "sliver" else values


def number(value: Decimal | float | None) -> float | None:
    """An area as a GeoPackage can hold it."""
    return None if value is None else float(value)
