"""What a rule may know of its rulebook: measures, parameters, and what another rulebook said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Protocol, TypedDict

from pydantic import Field

from townland import units
from townland.documents import Strict
from townland.i18n import Bilingual, Text, _
from townland.rules.judging.clause import Share
from townland.terms import RoleName


@dataclass(frozen=True, slots=True)
class Inherited:
    """A value that a rulebook changed, as the rulebook called `rulebook` has it (None: it has none).

    `general` is the value that its table of parameters gives to all rules, None where it gives none.
    """

    rulebook: str
    value: object
    general: units.Number | None = None


class Parameters(Strict):
    """Numbers that are not the policy's: townland's own until a bureau sets them.

    `band` is how far 左右 (about) reaches to both sides, as a share of the nominal value.
    `uncertainty`: nearer to a bar than this share of it a figure is for a person to judge. A piece
    narrower than `sliver_width_m` (twice its area by its perimeter) is a sliver; where accuracy is
    stated, so is one narrower than `sliver_sigma` standard deviations of the distance of its two edges.
    A layer that is more than `layer_age_years` older than the day of the check, or than the plan, is
    reported.
    """

    band: Share = Decimal("0.1")
    uncertainty: Share = Decimal("0.001")
    sliver_width_m: Annotated[Decimal, Field(ge=0)] = Decimal("0.2")
    sliver_sigma: Annotated[Decimal, Field(ge=0)] = Decimal(3)
    layer_age_years: Annotated[int, Field(ge=0, le=100)] = 3

    def title(self, name: str) -> Text:
        """Say in words what the parameter `name` is, and that the policy does not set it."""
        return {
            "band": _("how far “about” (左右) reaches to both sides; not a number of the policy"),
            "uncertainty": _(
                "how near to a bar, as a share of it, a person must look; not a number of the policy"
            ),
            "sliver_width_m": _(
                "width in metres under which a piece is a sliver; not a number of the policy"
            ),
            "sliver_sigma": _(
                "so many standard deviations of the distance of its two edges a piece must be wide to"
                " prove anything, where accuracy is stated: by chance alone 1 in 700 is wider than 3;"
                " not a number of the policy"
            ),
            "layer_age_years": _(
                "by how many years a layer may be older than the plan or the day of the check; not a"
                " number of the policy"
            ),
        }[name]

    def origin(self, name: str) -> Literal["townland", "bureau"]:
        """Tell whose number it is: ``townland`` for its own, ``bureau`` once it was changed."""
        own = type(self).model_fields[name].default
        return "townland" if getattr(self, name) == own else "bureau"


class Filters(TypedDict, total=False):
    """The filters of a measure other than by class; one that it does not have is left out."""

    tagged: dict[str, list[str]]
    or_tagged: dict[str, list[str]]
    owned: dict[str, str]
    outside: str


def _lists(tags: Mapping[RoleName, str | tuple[str, ...]]) -> dict[str, list[str]]:
    return {role: [kept] if isinstance(kept, str) else list(kept) for role, kept in tags.items()}


class MeasureSpec(Strict):
    """A named measure: layers, by role, intersected with the town and with one another.

    Without layers it is the planning area itself. `where` keeps, for a role, only the land of one or
    more groups or codes of its layer's scheme, `tagged` only the features with one of the tags; with
    both, both must hold. `or_tagged` lets a tag stand in for the class: the land that `where` keeps,
    and what bears the tag. Of a role in `owned` only the land of that owner is kept
    (QSXZ; land of no known owner is collective), of a role in `outside` only the land beyond it.
    """

    title: Bilingual
    layers: tuple[RoleName, ...]
    where: dict[RoleName, str | tuple[str, ...]] = Field(default_factory=dict)
    tagged: dict[RoleName, str | tuple[str, ...]] = Field(default_factory=dict)
    or_tagged: dict[RoleName, str | tuple[str, ...]] = Field(default_factory=dict)
    owned: dict[RoleName, Literal["state", "collective"]] = Field(default_factory=dict)
    outside: RoleName | None = None

    def selectors(self, role: str) -> tuple[str, ...]:
        """Give the groups and codes that are kept of `role`; empty where all of it is."""
        kept = self.where.get(role, ())
        return (kept,) if isinstance(kept, str) else tuple(kept)

    def filters(self) -> Filters:
        """Give the filters other than by class that this measure has, as JSON."""
        filters = Filters()
        if self.tagged:
            filters["tagged"] = _lists(self.tagged)
        if self.or_tagged:
            filters["or_tagged"] = _lists(self.or_tagged)
        if self.owned:
            filters["owned"] = {role: str(owner) for role, owner in self.owned.items()}
        if self.outside is not None:
            filters["outside"] = self.outside
        return filters

    def holds(self, other: MeasureSpec) -> bool:
        """Tell whether all land of `other` is land of this measure too, by their definitions."""
        plain = not (self.tagged or self.or_tagged or other.or_tagged or self.outside or self.owned)
        return (
            plain
            and set(self.layers) <= set(other.layers)
            and all(self.selectors(role) == other.selectors(role) for role in self.where)
        )

    @property
    def needed(self) -> tuple[str, ...]:
        """Every role that must be known: the layers, and the one that the land is outside of."""
        return (*self.layers, *([] if self.outside is None else [self.outside]))


class Law(Protocol):
    """What a rule may ask of its rulebook; a `Rulebook` is one."""

    @property
    def measure(self) -> Mapping[str, MeasureSpec]:
        """The measures, by name."""

    @property
    def parameter(self) -> Parameters:
        """The numbers that are not the policy's."""

    @property
    def modal_words(self) -> tuple[str, ...]:
        """The words by which a clause only urges."""

    def origin(self, rule: str) -> str:
        """Give the id of the rulebook that a rule stands in."""

    def changed(self, rule: str = "") -> Mapping[str, Inherited]:
        """Give what a rule's parameters were in the rulebook that this one inherits, where changed."""
