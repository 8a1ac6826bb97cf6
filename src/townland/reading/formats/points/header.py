"""The head of a boundary-coordinate text (属性描述): which coordinate system its keys mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from townland.errors import LayerError
from townland.geodesy.crs.zones import Datum, zone_code, zone_degrees
from townland.i18n import _
from townland.issues import Issue
from townland.reading.formats.points.numerals import number, plain

_DATUMS: tuple[tuple[Datum, re.Pattern[str]], ...] = (
    ("CGCS2000", re.compile(r"(cgcs|(中国|国家))?2000(国家)?(大地)?(坐标)?系?统?|cgcs")),
    (
        "Xian 1980",
        re.compile(r"(国家|西安)?(19)?80(西安|国家)?(大地)?(坐标)?系?统?|xi'?an(19)?80"),
    ),
    ("Beijing 1954", re.compile(r"(北京)?(19)?54(北京)?(大地)?(坐标)?系?统?|beijing(19)?54")),
)
_METRES = re.compile(r"(米|公尺|m|meters?|metres?)?")
_GAUSS = re.compile(r"高斯|gauss|transversemercator", re.IGNORECASE)
_WHOLE = re.compile(r"\D*(\d{1,2})(\.0*)?\D*")


@dataclass(frozen=True, slots=True)
class Stated:
    """A key of the head: its value, and the line where it stands."""

    value: str
    line: int


def check_unit(keys: Mapping[str, Stated], place: str) -> None:
    """Refuse coordinates that are not in metres.

    Raises
    ------
    LayerError
        计量单位 names another unit.
    """
    unit = keys.get("计量单位")
    if unit is not None and not _METRES.fullmatch(_bare(unit.value)):
        raise LayerError(
            _(
                "{place}, line {line}: the unit (计量单位) is {unit}; expected 米: have the coordinates"
                " given in metres",
                place=place,
                line=unit.line,
                unit=unit.value,
            )
        )


def crs_of(keys: Mapping[str, Stated], prefix: int | None) -> tuple[str | None, list[Issue]]:
    """The CRS that a head and the eastings together mean, and what contradicts it.

    Parameters
    ----------
    keys
        The keys of the head: 坐标系, 几度分带, 投影类型, 带号, 转换参数.
    prefix
        The zone's number before the eastings, None without one. It goes before what the head says.

    Returns
    -------
    An EPSG code, that of a legacy datum too; None where the datum or the zone remains unknown.
    """
    issues = [*_unused(keys)]
    datum = _datum(keys, issues)
    degrees, declared = _whole(keys, "几度分带"), _whole(keys, "带号")
    if prefix is not None:
        for key, value, actual in (
            ("带号", declared, prefix),
            ("几度分带", degrees, zone_degrees(prefix)),
        ):
            if value is not None and value != actual:
                message = _(
                    "line {line}: the head says {key}={value}, but the eastings begin with {prefix}, a"
                    " zone of {degrees} degrees; the coordinates are taken at their word",
                    line=keys[key].line,
                    key=key,
                    value=keys[key].value,
                    prefix=prefix,
                    degrees=zone_degrees(prefix),
                )
                issues.append(Issue("zone_conflict", "warning", message))
        return (zone_code(datum, prefix, prefixed=True) if datum else None), issues
    zone = declared if declared is not None and zone_degrees(declared) is not None else None
    if zone is None or (degrees is not None and zone_degrees(zone) != degrees):
        message = _(
            "the eastings have no zone number before them, and the head gives no zone that can be used"
            " (几度分带={degrees}, 带号={zone})",
            degrees=keys["几度分带"].value if "几度分带" in keys else "-",
            zone=keys["带号"].value if "带号" in keys else "-",
        )
        return None, [*issues, Issue("zone_unknown", "warning", message)]
    return (zone_code(datum, zone, prefixed=False) if datum else None), issues


def _datum(keys: Mapping[str, Stated], issues: list[Issue]) -> Datum | None:
    system, projection = keys.get("坐标系"), keys.get("投影类型")
    if projection and projection.value and not _GAUSS.search(_bare(projection.value)):
        issues.append(_not_understood(projection, "投影类型", "高斯克吕格"))
        return None
    if system is None or not system.value:
        return None
    name = _bare(system.value)
    found = next((datum for datum, pattern in _DATUMS if pattern.fullmatch(name)), None)
    if found is None:
        issues.append(_not_understood(system, "坐标系", "2000国家大地坐标系"))
    return found


def _not_understood(stated: Stated, key: str, expected: str) -> Issue:
    """That a key of the head is not understood.

    Parameters
    ----------
    stated
        Its value and line.
    key, expected
        Its name, and an example of a value.
    """
    message = _(
        "line {line}: {key}={value} is not understood (expected for example {expected}), so that the"
        " file gives no coordinate system",
        line=stated.line,
        key=key,
        value=stated.value,
        expected=expected,
    )
    return Issue("crs_not_understood", "warning", message)


def _unused(keys: Mapping[str, Stated]) -> list[Issue]:
    stated = keys.get("转换参数")
    if stated is None or not any(
        number(part) for part in plain(stated.value).replace(";", ",").split(",")
    ):
        return []
    message = _(
        "line {line}: the head gives transformation parameters (转换参数={value}); they are not applied",
        line=stated.line,
        value=stated.value,
    )
    return [Issue("transform_in_head", "info", message)]


def _whole(keys: Mapping[str, Stated], key: str) -> int | None:
    found = _WHOLE.fullmatch(plain(keys[key].value)) if key in keys else None
    return int(found[1]) if found else None


def _bare(value: str) -> str:
    return re.sub(r"[\s_\-()年]", "", plain(value)).lower()
