"""A town's dossier: the facts that geometry cannot say, from a TOML file or a workbook.

Every field may be absent, which says that it is unknown; a rule that needs it then names it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from townland import documents
from townland.documents import FaultError, Strict, values
from townland.errors import DossierError, LayerError
from townland.i18n import Joined, Words, _
from townland.reading.formats.points.workbook import Sheet, workbook
from townland.reading.sniff import regular_file
from townland.towns import Town

EventName = Literal[
    "applied",
    "listed",
    "cultivation_passed",
    "cultivation_failed",
    "construction_passed",
    "construction_failed",
    "named",
]
EVENTS: tuple[str, ...] = get_args(EventName)
"""What may happen to a town on its way: 申报, 列入名单, 培育期验收, 建设期验收, 命名."""

WORKBOOKS = (".xlsx", ".ods")
"""Endings of files that hold many towns: a row each, and a sheet for each list."""


def _day(value: Any) -> Any:
    """Refuse a number, which would be read as seconds since 1970."""
    if isinstance(value, dt.date | str) and not isinstance(value, dt.datetime):
        return value
    raise FaultError(_("{value} is no day; write it as 2018-12-31", value=repr(value)))


Day = Annotated[dt.date, BeforeValidator(_day)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Ratio = Annotated[float, Field(ge=0, le=10)]
"""May exceed 1; what is more than tenfold is a percentage that was not written as a part of 1."""
Name = Annotated[str, Field(min_length=1)]
Document = Name | Literal[False]
"""How a document is called and where it is; false: there is none."""


class Supply(Strict):
    """Land approved and land supplied of it, in one calendar year."""

    year: Annotated[int, Field(ge=1949, le=2100)]
    approved_ha: Amount
    supplied_ha: Amount


def _one_row_a_year(rows: tuple[Supply, ...]) -> tuple[Supply, ...]:
    years = [row.year for row in rows]
    for year in sorted({year for year in years if years.count(year) > 1}):
        raise FaultError(_("the year {year} stands here twice", year=year))
    return rows


class Supplies(Strict):
    """The supply of land of the city and of the county, year by year."""

    city: tuple[Supply, ...] | None = None
    county: tuple[Supply, ...] | None = None

    @model_validator(mode="after")
    def _years_differ(self) -> Supplies:
        for rows in (self.city, self.county):
            _one_row_a_year(rows or ())
        return self


class Site(Strict):
    """A building or site put to a new use under the old title, since `start`."""

    name: Name
    start: Day
    new_use_registered_on: Day | None = None

    @model_validator(mode="after")
    def _registered_after_start(self) -> Site:
        if self.new_use_registered_on is not None and self.new_use_registered_on < self.start:
            raise FaultError(_("the new use is registered before it starts"))
        return self


class Event(Strict):
    """Something that happened to the town on a day: an application, a listing, an acceptance."""

    on: Day
    event: EventName
    note: str | None = None


def _no_event_twice(events: tuple[Event, ...] | None) -> tuple[Event, ...] | None:
    told = [(one.on, one.event) for one in events or ()]
    for day, name in sorted({one for one in told if told.count(one) > 1}):
        raise FaultError(
            _(
                "{event} on {day} stands here twice; it happened once",
                event=name,
                day=day.isoformat(),
            )
        )
    return events


class Payment(Strict):
    """Subsidy paid out, or returned, on a day."""

    on: Day
    amount_wan: Positive


class Lists(Strict):
    """Whether the town is on the list of the city, the region, the nation."""

    city: bool | None = None
    region: bool | None = None
    national: bool | None = None


class Documents(Strict):
    """The documents of the application; `other` holds those that a bureau asks for besides."""

    creation_plan: Document | None = None
    construction_scope: Document | None = None
    industry_positioning: Document | None = None
    investors: Document | None = None
    investment_scale: Document | None = None
    construction_schedule: Document | None = None
    business_environment: Document | None = None
    town_plans: Document | None = None
    industry_study: Document | None = None
    other: dict[str, Document] | None = None


class Dossier(Strict):
    """The facts of one town that are not geometry; its code or its name says which town.

    Investments are in 亿元 (100 million yuan), subsidies, tax and output in 万元 (10 000 yuan).
    """

    code: Name | None = None
    name: Name | None = None
    county_code: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    county_name: Name | None = None
    type: Literal["light_asset", "heavy_asset"] | None = None
    national_type: (
        Literal["culture_tourism", "sport", "integration", "manufacturing", "other"] | None
    ) = None
    carrier: Name | None = None
    population: Positive | None = None
    employees: Positive | None = None
    social_investment: Amount | None = None
    total_investment: Amount | None = None
    industry_investment: Amount | None = None
    annual_tax: Amount | None = None
    annual_output: Amount | None = None
    annual_visitors: Amount | None = None
    green_cover: Share | None = None
    three_new_share: Share | None = None
    segment: Name | None = None
    leading_industries: tuple[Name, ...] | None = None
    linked_industries: tuple[Name, ...] | None = None
    quota_ha: Amount | None = None
    linked_quota_ha: Amount | None = None
    replacement_bank_ha: Amount | None = None
    replacement_bank_paddy_ha: Amount | None = None
    county_debt_ratio: Ratio | None = None
    county_platform: Literal["none", "disguised_borrowing", "market_reformed"] | None = None
    lists: Lists | None = None
    documents: Documents | None = None
    supply: Supplies | None = None
    events: Annotated[tuple[Event, ...] | None, AfterValidator(_no_event_twice)] = None
    subsidy_paid: tuple[Payment, ...] | None = None
    subsidy_returned: tuple[Payment, ...] | None = None
    reused_sites: tuple[Site, ...] | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Dossier:
        if self.code is None and self.name is None:
            raise FaultError(_("the dossier names no town; give its code or its name"))
        for part, whole in (
            ("industry_investment", "total_investment"),
            ("social_investment", "total_investment"),
            ("replacement_bank_paddy_ha", "replacement_bank_ha"),
        ):
            less, more = getattr(self, part), getattr(self, whole)
            if less is not None and more is not None and less > more:
                raise FaultError(
                    _(
                        "{part} is {less}, more than {whole}, {more}, of which it is a part; correct one"
                        " of them",
                        part=part,
                        less=less,
                        whole=whole,
                        more=more,
                    )
                )
        return self


def load_dossier(path: Path | str) -> Mapping[str, Any]:
    """Read a town's dossier (TOML): the keys it gives, checked.

    Raises
    ------
    DossierError
        The file is missing or is no dossier: every error at once, with line and key.
    """
    dossier, _sha256 = documents.load(Path(path), Dossier, DossierError)
    return dossier.model_dump(exclude_none=True)


def load_dossiers(path: Path | str) -> tuple[Mapping[str, Any], ...]:
    """Read the dossiers of a file: one of a TOML file, one for each town of a workbook.

    Raises
    ------
    DossierError
        The file cannot be read, or has faults: every one at once, with its place.
    """
    if Path(path).suffix.lower() in WORKBOOKS:
        return _workbook(Path(path))
    return (load_dossier(path),)


def dossier_faults(path: Path | str) -> tuple[Words, ...]:
    """Give every fault of a file of dossiers, with its place; none where it can be used.

    Raises
    ------
    DossierError
        The file cannot be read at all.
    """
    try:
        load_dossiers(path)
    except DossierError as problem:
        if isinstance(problem.message, Joined):  # the faults of a document that could be read
            return problem.message.parts
        raise
    return ()


def empty_dossier() -> str:
    """Give a TOML with every field of a dossier, commented and empty, to be filled in."""
    return (files("townland") / "dossier" / "empty.toml").read_text("utf-8")


def match_dossiers(
    towns: Sequence[Town], dossiers: Sequence[Mapping[str, Any]]
) -> tuple[Town, ...]:
    """The towns with their dossiers, matched by code, then by name.

    Raises
    ------
    DossierError
        A dossier matches no town, or more than one by its name; or two match one town.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for dossier in dossiers:
        town = _town_of(dossier, towns)
        if town.code in found:
            raise DossierError(
                _(
                    "two dossiers are for town {code} ({name}); give each town one",
                    code=town.code,
                    name=town.name,
                )
            )
        found[town.code] = dossier
    return tuple(replace(t, dossier=found[t.code]) if t.code in found else t for t in towns)


def _town_of(dossier: Mapping[str, Any], towns: Sequence[Town]) -> Town:
    for key in ("code", "name"):
        hits = [town for town in towns if getattr(town, key) == dossier.get(key)]
        if len(hits) > 1:
            raise DossierError(
                _(
                    "a dossier is for {name}, but {count} towns have that name; give the code",
                    name=dossier.get("name"),
                    count=len(hits),
                )
            )
        if hits:
            return hits[0]
    raise DossierError(
        _(
            "no town matches the dossier of code {code}, name {name}; the towns are: {towns}",
            code=dossier.get("code") or "-",
            name=dossier.get("name") or "-",
            towns=", ".join(f"{town.code} {town.name}" for town in towns),
        )
    )


# ---------------------------------------------------------------- a workbook of many towns

_LISTS = ("leading_industries", "linked_industries")
_TRUTH = {"是": True, "否": False, "有": True, "无": False, "True": True, "False": False}
_SLASHED = re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})$")

Place = tuple[str, int]


def _workbook(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Read a workbook: the first sheet has a row for each town, the others are lists.

    A heading is the key of a field, dotted where it stands in a table (``lists.city``). A sheet with
    the name of a list (``events``, ``supply.city``) has a row for each entry, and the town's ``code``
    or ``name`` beside it.
    """
    towns, *lists = _sheets(path)
    rows, places = [], []
    for number, cells in towns[1]:
        raw: dict[str, Any] = {}
        for key, text in cells.items():
            _put(raw, key, re.split("[、;；]", text) if key in _LISTS else _cell(key, text))
        rows.append(raw)
        places.append({"": (towns[0], number)})
    faults: list[Words] = []
    for sheet, entries in lists:
        for number, cells in entries:
            owner = next(
                (
                    at
                    for key in ("code", "name")
                    for at, raw in enumerate(rows)
                    if cells.get(key) is not None and raw.get(key) == cells[key]
                ),
                None,
            )
            if owner is None:
                faults.append(
                    _(
                        "{path}, sheet {sheet}, row {row}: no town of the first sheet has this code or"
                        " name; correct it, or add the town",
                        path=path.as_posix(),
                        sheet=sheet,
                        row=number,
                    )
                )
                continue
            own = {
                key: _cell(key, text)
                for key, text in cells.items()
                if key != "code" and (key != "name" or sheet == "reused_sites")
            }
            held = _put(rows[owner], sheet, None)
            held.append(own)
            places[owner][f"{sheet}.{len(held) - 1}"] = (sheet, number)
    found = []
    for raw, place in zip(rows, places, strict=True):
        try:
            found.append(
                Dossier.model_validate(raw, context=documents.CELLS).model_dump(exclude_none=True)
            )
        except ValidationError as problem:
            faults += _faults(path, problem, place)
    if faults:
        raise DossierError(Joined(tuple(faults), "\n"))
    return tuple(found)


def _put(raw: dict[str, Any], path: str, value: Any) -> Any:
    """Set a dotted key, or with None give the list that stands there, made where it is not."""
    *tables, last = path.split(".")
    for table in tables:
        raw = raw.setdefault(table, {})
    if value is None:
        return raw.setdefault(last, [])
    raw[last] = value
    return value


def _cell(key: str, text: str) -> Any:
    slashed = _SLASHED.match(text)
    if slashed:
        year, month, day = map(int, slashed.groups())
        return f"{year:04d}-{month:02d}-{day:02d}"
    if key.startswith("lists."):
        return _TRUTH.get(text, text)
    if key.startswith("documents.") and _TRUTH.get(text) is False:
        return False
    return text


def _sheets(path: Path) -> list[tuple[str, list[tuple[int, dict[str, str]]]]]:
    """Read every sheet: its name, and its rows with their numbers and their filled cells."""
    try:
        if regular_file(path) is None:
            raise documents.no_file(path, LayerError)
        found = workbook(path, path.as_posix())
    except LayerError as problem:
        raise DossierError(problem.message) from None
    sheets = [(sheet.name, _rows(sheet)) for sheet in found]
    if not sheets or not sheets[0][1]:
        raise DossierError(
            _(
                "{path}: the first sheet has no town; give each a row below the headings",
                path=path.as_posix(),
            )
        )
    return sheets


def _rows(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    """The rows below the headings, which stand in the first row; each filled cell by its heading."""
    filled = [(number, cells) for number, cells in sheet.rows if any(cells)]
    if not filled:
        return []
    row, headings = filled[0]
    twice = sorted({one for one in headings if one and headings.count(one) > 1})
    if twice:
        raise DossierError(
            _(
                "{place}, row {row}: two columns are called {heading}; delete one of them",
                place=sheet.place,
                row=row,
                heading=twice[0],
            )
        )
    rows = []
    for number, cells in filled[1:]:
        bare = [cell for heading, cell in zip(headings, cells, strict=True) if cell and not heading]
        if bare:
            raise DossierError(
                _(
                    "{place}, row {row}: {text} stands below no heading; head its column, or delete it",
                    place=sheet.place,
                    row=number,
                    text=bare[0][:40],
                )
            )
        rows.append(
            (number, {key: cell for key, cell in zip(headings, cells, strict=True) if cell})
        )
    return rows


def _faults(path: Path, problem: ValidationError, places: Mapping[str, Place]) -> Iterator[Words]:
    for fault in problem.errors(include_url=False):
        parts = [str(part) for part in fault["loc"]]
        sheet, row = places[""]
        for end in range(len(parts), 0, -1):
            sheet, row = places.get(".".join(parts[:end]), (sheet, row))
        cause = fault.get("ctx", {}).get("error")
        yield _(
            "{path}, sheet {sheet}, row {row}: {key}: {reason}",
            path=path.as_posix(),
            sheet=sheet,
            row=row,
            key=".".join(parts) or "-",
            reason=cause.message if isinstance(cause, FaultError) else _reason(fault),
        )


def _keys(model: type[Strict], before: str = "") -> list[str]:
    """The headings that a workbook's first sheet may have: keys, dotted where they stand in a table."""
    found = []
    for name, about in model.model_fields.items():
        inner = [one for one in get_args(about.annotation) if isinstance(one, type)]
        tables = [one for one in inner if issubclass(one, Strict)]
        found += _keys(tables[0], f"{before}{name}.") if tables else [before + name]
    return found


def _reason(fault: Any) -> Words:
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(".".join(map(str, fault["loc"])), _keys(Dossier), n=1)
        if near:
            return _("there is no such field; did you mean {near}?", near=near[0])
        return _("there is no such field; delete it, or look into townland dossier new")
    if fault["type"] == "missing":
        return _("this cell is empty; it must be filled in")
    told = values.cure(fault) or _("expected {expected}", expected=values.expected(fault))
    return _("{value}: {reason}", value=str(fault["input"]), reason=told)
