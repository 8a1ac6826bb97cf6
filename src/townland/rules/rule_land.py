"""The rules on land, its uses and its quotas as data: one strict model for each kind of rule."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from townland.documents import Strict
from townland.i18n import Bilingual, _
from townland.rules.judging.clause import MeasureName, Rule, Share, Unit, fault, refuse

Beyond = Literal["review", "fail"]
Whose = Literal["policy", "townland", "bureau"]
Amount = Annotated[Decimal, Field(ge=0)]
Positive = Annotated[Decimal, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Only(Strict):
    """Which towns a rule concerns: those whose dossier states one of `values` under `field`."""

    field: str
    values: tuple[str, ...]


class Zone(Strict):
    """Planned construction land in one kind of zone; `document` where another law draws that zone.

    `slivers` says whether slivers alone call for a look; gaps between zones as drawn do not.
    """

    measure: MeasureName
    document: Bilingual | None = None
    slivers: bool = True


class ControlZones(Rule):
    """Planned construction land by control zone.

    Land in a `forbidden` zone fails, land in one that is `looked_at` is for a person; `allowed` is
    shown beside them.
    """

    references = ("allowed", "forbidden", "looked_at")

    kind: Literal["control_zones"]
    allowed: MeasureName
    forbidden: tuple[Zone, ...]
    looked_at: tuple[Zone, ...] = ()


class TaggedLand(Rule):
    """Planned land with a tag, and the `part` of it that the clause favours: figures only."""

    references = ("measure", "part")

    kind: Literal["tagged_land"]
    measure: MeasureName
    part: MeasureName

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class StatedArea(Rule):
    """An area that the clause only speaks of: a figure."""

    kind: Literal["stated_area"]
    measure: MeasureName

    @property
    def can_fail(self) -> bool:
        """Never: it states a figure."""
        return False


class NeedByUse(Rule):
    """The land-indicator need by planned use, in the order of `uses`; the first has priority."""

    references = ("measure", "uses")

    kind: Literal["need_by_use"]
    measure: MeasureName
    uses: Annotated[tuple[MeasureName, ...], Field(min_length=1)]

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class UseShare(Rule):
    """The share of some uses in a whole, against a bar that the rulebook or a bureau sets.

    `perhaps` are measures that a wider reading of the clause counts too; where the readings differ a
    person decides. With `exclusive` a share at the bar itself has not reached it. `encouraged` is a
    second bar that is only told. `bar_of` says whose number the bar is, `beyond` what missing it gives,
    `within` what keeping it gives.
    """

    references = ("measure", "counted", "perhaps")

    kind: Literal["use_share"]
    measure: MeasureName
    counted: Annotated[tuple[MeasureName, ...], Field(min_length=1)]
    perhaps: tuple[MeasureName, ...] = ()
    minimum: Share | None = None
    maximum: Share | None = None
    exclusive: bool = False
    encouraged: Share | None = None
    bar_of: Whose = "policy"
    beyond: Beyond = "review"
    within: Literal["pass", "info"] = "pass"

    @property
    def can_fail(self) -> bool:
        """Whether missing the bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal

    @model_validator(mode="after")
    def _one_bar(self) -> UseShare:
        if self.minimum is not None and self.maximum is not None:
            refuse([fault(("maximum",), _("a share has either a minimum or a maximum, not both"))])
        return self


class LandReplace(Rule):
    """Cultivated land and paddy to be replaced, against what the replacement bank holds, in `unit`.

    `bank` and `paddy_bank` are keys of the dossier; the paddy is a part of the bank. `paddy_beside` is
    a second source of the paddy.
    """

    references = ("cultivated", "paddy", "paddy_beside")

    kind: Literal["land_replace"]
    cultivated: MeasureName
    paddy: MeasureName
    paddy_beside: MeasureName | None = None
    bank: str | None = None
    paddy_bank: str | None = None
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Whether a town can fail this rule: without a bank to look for it only states figures."""
        return not self.modal and self.bank is not None


class LinkedQuota(Rule):
    """The land-indicator need against the linked quota (增减挂钩) of the dossier, in `unit`."""

    kind: Literal["linked_quota"]
    measure: MeasureName
    quota: str | None = None
    linked_quota: str
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class PerHead(Rule):
    """Construction land per head of the dossier's `population`, against a cap in m² (`limit`)."""

    kind: Literal["per_head"]
    measure: MeasureName
    population: str
    limit: Positive | None = None


class Supplier(Strict):
    """A city or a county, and the key of the dossier that holds its land supply by year."""

    title: Bilingual
    supply: str


class SupplyRate(Rule):
    """The mean land-supply rate of the last full calendar years, as far as there is new land.

    Each of `places` is read twice: as the mean of the yearly rates and as sum by sum.
    """

    kind: Literal["supply_rate"]
    measure: MeasureName
    places: Annotated[tuple[Supplier, ...], Field(min_length=1)]
    years: Count
    minimum: Share


class Transition(Rule):
    """Sites reused for a new trade under their old use, until a period of `years` is over.

    `sites` is a key of the dossier; `warn_days` before the end a person must look.
    """

    kind: Literal["transition"]
    sites: str
    years: Count
    warn_days: Annotated[int, Field(ge=0)]


class AreaRange(Rule):
    """An area between two bars, either of which may be left out.

    For the towns of `raised_for` the upper bar may be raised by a measure that the law does not state.
    """

    kind: Literal["area_range"]
    measure: MeasureName
    minimum: Amount | None = None
    maximum: Amount | None = None
    unit: Unit
    raised_for: Only | None = None
    beyond: Beyond = "review"

    @property
    def can_fail(self) -> bool:
        """Whether missing a bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal


class DeclaredRatio(Rule):
    """A figure of the dossier, or its ratio to another one or to an area, against a bar.

    Printed in `unit` after multiplying by `factor`; the area counts in `area_unit`.
    """

    kind: Literal["declared_ratio"]
    value: str
    per: str | None = None
    measure: MeasureName | None = None
    area_unit: Unit = "mu"
    factor: Positive = Decimal(1)
    minimum: Amount | None = None
    maximum: Amount | None = None
    unit: Literal["share", "persons", "visits_10k", "yuan_10k_per_mu", "yuan_10k_per_head"]
    only_for: Only | None = None
    beyond: Beyond = "review"

    @classmethod
    def shares(cls, table: Mapping[str, Any]) -> tuple[str, ...]:
        """Name the keys whose number is a share or a ratio: both bars where `unit` is ``share``."""
        bars = ("minimum", "maximum") if table.get("unit") == "share" else ()
        return (*super().shares(table), *bars)

    @property
    def can_fail(self) -> bool:
        """Whether missing a bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal


LAND_MODELS: dict[str, type[Rule]] = {
    "area_range": AreaRange,
    "control_zones": ControlZones,
    "declared_ratio": DeclaredRatio,
    "land_replace": LandReplace,
    "linked_quota": LinkedQuota,
    "need_by_use": NeedByUse,
    "per_head": PerHead,
    "stated_area": StatedArea,
    "supply_rate": SupplyRate,
    "tagged_land": TaggedLand,
    "transition": Transition,
    "use_share": UseShare,
}

AnyLandRule = (
    AreaRange
    | ControlZones
    | DeclaredRatio
    | LandReplace
    | LinkedQuota
    | NeedByUse
    | PerHead
    | StatedArea
    | SupplyRate
    | TaggedLand
    | Transition
    | UseShare
)
