"""Models of the rules that judge what a dossier declares: one strict model for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from townland.documents import Strict
from townland.i18n import Bilingual, _
from townland.rules.judging.clause import MeasureName, Rule, Share, fault, refuse

Path = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
"""A field of the dossier, dotted where it stands in a table."""

Count = Annotated[int, Field(ge=0)]
Years = Annotated[int, Field(ge=0)]


class OnlyFigures(Rule):
    """A rule that states figures and deadlines; below a bureau's own bar it asks for a look."""

    @property
    def can_fail(self) -> bool:
        """Never."""
        return False


class InvestmentDensity(Rule):
    """Investment for each km², of towns of one type; `limit` is in 亿元 (100 million yuan) per km².

    The clause does not say which area it means: every measure of `bases` is one reading, and `basis`
    pins one of them. `investment` and `type` are fields of the dossier.
    """

    references: ClassVar[tuple[str, ...]] = ("bases", "basis")

    kind: Literal["investment_density"]
    type: Path = "type"
    town_type: str
    investment: Path
    bases: Annotated[tuple[MeasureName, ...], Field(json_schema_extra={"minItems": 1})]
    basis: MeasureName | None = None
    limit: Annotated[Decimal, Field(gt=0)]

    @model_validator(mode="after")
    def _basis_is_one_of_them(self) -> InvestmentDensity:
        if not self.bases:
            refuse([fault(("bases",), _("at least one area is a basis"))])
        if self.basis is not None and self.basis not in self.bases:
            refuse([fault(("basis",), _("{basis} is not among the bases", basis=self.basis))])
        return self


class DeclaredShare(OnlyFigures):
    """The share of one amount of the dossier in another; `minimum_share` is a bureau's own."""

    kind: Literal["declared_share"]
    part: Path
    whole: Path
    minimum_share: Share | None = None


class Counted(Strict):
    """A list of the dossier that should have from `least` to `most` entries."""

    field: Path
    title: Bilingual
    least: Count
    most: Count


class CountsWithin(Rule):
    """How many entries some lists of the dossier have."""

    kind: Literal["counts_within"]
    counted: Annotated[tuple[Counted, ...], Field(json_schema_extra={"minItems": 1})]

    @model_validator(mode="after")
    def _ranges_are_some(self) -> CountsWithin:
        if not self.counted:
            refuse([fault(("counted",), _("at least one list is counted"))])
        for at, each in enumerate(self.counted):
            if each.least > each.most:
                refuse([fault(("counted", at), _("least is more than most"))])
        return self


class NamedDocument(Strict):
    """A document that the dossier should name."""

    field: Path
    title: Bilingual


class DocumentsNamed(Rule):
    """The documents that an application consists of."""

    kind: Literal["documents_named"]
    documents: Annotated[tuple[NamedDocument, ...], Field(json_schema_extra={"minItems": 1})]

    @model_validator(mode="after")
    def _some_are_asked(self) -> DocumentsNamed:
        if not self.documents:
            refuse([fault(("documents",), _("at least one document is asked for"))])
        return self


class Group(Strict):
    """Names that belong together under one heading."""

    title: Bilingual
    names: tuple[str, ...]


class ListedAmong(OnlyFigures):
    """Whether what the dossier names is among the names of an open list."""

    kind: Literal["listed_among"]
    field: Path
    groups: tuple[Group, ...]


class NameReserved(Rule):
    """A word that only towns on a list may bear in their names."""

    kind: Literal["name_reserved"]
    word: Annotated[str, Field(min_length=1)]
    list: Path


class ApplicationWindow(Rule):
    """The years in which towns apply."""

    kind: Literal["application_window"]
    first_year: int
    last_year: int

    @model_validator(mode="after")
    def _years_in_order(self) -> ApplicationWindow:
        if self.first_year > self.last_year:
            refuse([fault(("last_year",), _("the last year is before the first"))])
        return self


class StageDeadline(Rule):
    """How long a stage lasts until its acceptance, and how much longer after a first failure.

    After a second failure support ends `support_ends_after_years` later, from that year's first day.
    """

    kind: Literal["stage_deadline"]
    stage: Literal["cultivation", "construction"]
    years: Years
    extension_years: Years
    support_ends_after_years: Years | None = None


class Subsidy(Rule):
    """The subsidy in two instalments, in 万元 (10 000 yuan), and its return."""

    kind: Literal["subsidy"]
    on_listing: Annotated[Decimal, Field(ge=0)]
    on_construction: Annotated[Decimal, Field(ge=0)]


class DebtGuard(Rule):
    """The county's debt ratio above which no platform company may borrow for a town."""

    kind: Literal["debt_guard"]
    ratio: Path
    platform: Path
    limit: Annotated[Decimal, Field(gt=0)]

    @classmethod
    def shares(cls, table: Mapping[str, Any]) -> tuple[str, ...]:
        """Name the keys whose number is a share or a ratio: the bar is one."""
        return (*super().shares(table), "limit")


class SegmentLimit(Rule):
    """How many towns one segment of industry may have, and how near to one another.

    `near_km` is not the policy's number: it says how near 地域相近 is.
    """

    kind: Literal["segment_limit"]
    field: Path
    most: Count
    near_km: Annotated[Decimal, Field(ge=0)] = Decimal("10")


class Target(Strict):
    """How many towns a list should have at the end."""

    list: Path
    title: Bilingual
    target: Count


class PortfolioCounts(OnlyFigures):
    """The towns on each list against the targets, and what they declare in sum."""

    kind: Literal["portfolio_counts"]
    targets: Annotated[tuple[Target, ...], Field(json_schema_extra={"minItems": 1})]
    sums: tuple[Path, ...] = ()

    @model_validator(mode="after")
    def _some_target(self) -> PortfolioCounts:
        if not self.targets:
            refuse([fault(("targets",), _("at least one target is counted"))])
        return self


class BoundaryOverlap(Rule):
    """No land may serve two towns: the area that boundaries share, in `unit`."""

    kind: Literal["boundary_overlap"]
    limit: Annotated[Decimal, Field(ge=0)]
    unit: Literal["m2", "ha", "km2", "mu"] = "ha"


class ListNested(Rule):
    """Towns on one of the `upper` lists should be on the `lower` one."""

    kind: Literal["list_nested"]
    upper: Annotated[tuple[Path, ...], Field(json_schema_extra={"minItems": 1})]
    lower: Path


MODELS: dict[str, type[Rule]] = {
    "application_window": ApplicationWindow,
    "boundary_overlap": BoundaryOverlap,
    "counts_within": CountsWithin,
    "debt_guard": DebtGuard,
    "declared_share": DeclaredShare,
    "documents_named": DocumentsNamed,
    "investment_density": InvestmentDensity,
    "list_nested": ListNested,
    "listed_among": ListedAmong,
    "name_reserved": NameReserved,
    "portfolio_counts": PortfolioCounts,
    "segment_limit": SegmentLimit,
    "stage_deadline": StageDeadline,
    "subsidy": Subsidy,
}

AnyDeclared = (
    ApplicationWindow
    | BoundaryOverlap
    | CountsWithin
    | DebtGuard
    | DeclaredShare
    | DocumentsNamed
    | InvestmentDensity
    | ListNested
    | ListedAmong
    | NameReserved
    | PortfolioCounts
    | SegmentLimit
    | StageDeadline
    | Subsidy
)
