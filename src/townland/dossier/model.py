"""What a dossier may state of a town: every field, with its unit and what it must hold."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from townland.documents import Strict, values
from townland.documents.sentences import FaultError
from townland.dossier.answers import Answered
from townland.i18n import _

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


def _day(value: object) -> object:
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


class Supplies(Strict):
    """The supply of land of the city and of the county, year by year."""

    city: tuple[Supply, ...] | None = None
    county: tuple[Supply, ...] | None = None

    @model_validator(mode="after")
    def _years_differ(self) -> Supplies:
        for rows in (self.city, self.county):
            years = [row.year for row in rows or ()]
            for year in sorted({year for year in years if years.count(year) > 1}):
                raise FaultError(_("the year {year} stands here twice", year=year))
        return self


class Site(Answered):
    """A building or site put to a new use under the old title, since `start`."""

    name: Name
    start: Day
    new_use: Name | None = None
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
    stated = [(event.on, event.event) for event in events or ()]
    for day, name in sorted({pair for pair in stated if stated.count(pair) > 1}):
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


class Lists(Answered):
    """Whether the town is on the list of the city, the region, the nation."""

    city: bool | None = None
    region: bool | None = None
    national: bool | None = None


class Documents(Answered):
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


class RecordedOfTown(Answered):
    """What is recorded of a town for clauses without a figure, each yes or no."""

    approvals_delegated: bool | None = None
    town_treasury: bool | None = None
    park_and_town_one: bool | None = None
    land_enclosed_in_disguise: bool | None = None
    real_estate_in_disguise: bool | None = None
    packaged_as_key_project: bool | None = None


class Acceptance(Answered):
    """The five subjects of the acceptance, each yes where it reached what was expected."""

    investment_done: bool | None = None
    industry_developed: bool | None = None
    projects_on_schedule: bool | None = None
    character_shaped: bool | None = None
    living_environment: bool | None = None


def _fields_of_it(paths: tuple[str, ...] | None) -> tuple[str, ...] | None:
    for path in paths or ():
        model: object = Dossier
        for name in path.split("."):
            if (
                not (isinstance(model, type) and issubclass(model, Strict))
                or name not in model.model_fields
            ):
                raise FaultError(
                    _("{path} is no field of a dossier, so there is nothing to confirm", path=path)
                )
            kinds = values.kinds(model, name)
            model = next((kind for kind in kinds if issubclass(kind, Strict)), None)
    return paths


class Dossier(Answered):
    """The facts of one town that are not geometry; its code or its name says which town.

    Investments are in 亿元 (100 million yuan), subsidies, tax and output in 万元 (10 000 yuan).
    `confirmed` names the fields whose figures a person confirmed though they are not plausible.
    """

    code: Name | None = None
    name: Name | None = None
    county_code: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    county_name: Name | None = None
    type: Literal["light_asset", "heavy_asset"] | None = None
    national_type: (
        Literal[
            "culture_tourism",
            "sport",
            "integration",
            "manufacturing",
            "innovation",
            "creative_design",
            "digital_economy",
            "other",
        ]
        | None
    ) = None
    carrier: Name | None = None
    population: Positive | None = None
    employees: Positive | None = None
    social_investment: Amount | None = None
    total_investment: Amount | None = None
    industry_investment: Amount | None = None
    investment_done: Amount | None = None
    annual_tax: Amount | None = None
    annual_output: Amount | None = None
    annual_visitors: Amount | None = None
    green_cover: Share | None = None
    three_new_share: Share | None = None
    research_intensity: Share | None = None
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
    facts: RecordedOfTown | None = None
    acceptance: Acceptance | None = None
    supply: Supplies | None = None
    events: Annotated[tuple[Event, ...] | None, AfterValidator(_no_event_twice)] = None
    subsidy_paid: tuple[Payment, ...] | None = None
    subsidy_returned: tuple[Payment, ...] | None = None
    reused_sites: tuple[Site, ...] | None = None
    confirmed: Annotated[tuple[Name, ...] | None, AfterValidator(_fields_of_it)] = None

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


UNSTATED = Dossier.model_construct()
"""The dossier of a town that has none: every field is unknown."""
