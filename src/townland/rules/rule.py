"""The rules of a rulebook as data: one strict model for each kind of rule."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from townland.documents import Strict
from townland.i18n import Words, _
from townland.rules import declared, rule_land
from townland.rules.judging.clause import (
    Clause,
    MeasureName,
    Rule,
    Share,
    Unit,
    fault,
    faults_of,
    refuse,
)


class AreaAbout(Rule):
    """An area about a nominal value (左右): within the band to both sides it passes.

    `otherwise` is the measure that stands in where no layer says anything of `measure`.
    """

    references = ("measure", "otherwise")

    kind: Literal["area_about"]
    measure: MeasureName
    otherwise: MeasureName | None = None
    limit: Annotated[Decimal, Field(gt=0)]
    unit: Unit
    band: Share | None = None


class ForbiddenArea(Rule):
    """An area that should not exceed its bar, mostly none at all.

    `also` is the wider measure that calls for a look while `measure` is 0, `beside` a second source of
    the same thing, `share_of` the measure that it is printed as a share of. With `list_patches` the
    finding lists the features met, one by one.
    """

    references = ("measure", "also", "beside", "share_of")

    kind: Literal["forbidden_area"]
    measure: MeasureName
    also: MeasureName | None = None
    beside: MeasureName | None = None
    share_of: MeasureName | None = None
    limit: Annotated[Decimal, Field(ge=0)]
    unit: Unit
    list_patches: bool = False


class Reuse(Strict):
    """One kind of land to be used again: what the plan builds on, of how much there is."""

    used: MeasureName
    total: MeasureName


class LandReuse(Rule):
    """How much land that ought to be used first a plan uses, and how much it leaves idle.

    `counted` exclude one another and are summed; `beside` are designated layers that lie over them
    and are only shown. `measure` is the whole that shares are of. `minimum_share` is a bureau's own.
    """

    references = ("measure", "counted", "beside")

    kind: Literal["land_reuse"]
    measure: MeasureName
    counted: Annotated[tuple[Reuse, ...], Field(json_schema_extra={"minItems": 1})]
    beside: tuple[Reuse, ...] = ()
    minimum_share: Share | None = None

    @property
    def can_fail(self) -> bool:
        """Never: it states figures, and below a bureau's share it asks for a look."""
        return False

    @model_validator(mode="after")
    def _something_counts(self) -> LandReuse:
        if not self.counted:
            refuse([fault(("counted",), _("at least one kind of land is counted"))])
        return self


class Sources(Strict):
    """The measures of new construction land by what it was."""

    paddy: MeasureName
    other_cultivated: MeasureName
    other_agricultural: MeasureName
    unused: MeasureName


class LandNeed(Rule):
    """The land-indicator need against the quotas that the dossier holds, in `unit`.

    `quota` and `linked_quota` are keys of the dossier.
    """

    references = ("measure", "sources")

    kind: Literal["land_need"]
    measure: MeasureName
    sources: Sources
    quota: str | None = None
    linked_quota: str | None = None
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Whether a town can fail this rule: without a quota to look for it only states figures."""
        return not self.modal and self.quota is not None


MODELS: dict[str, type[Rule]] = {
    "area_about": AreaAbout,
    "forbidden_area": ForbiddenArea,
    "land_need": LandNeed,
    "land_reuse": LandReuse,
    **declared.MODELS,
    **rule_land.LAND_MODELS,
}


def by_kind(raw: Any) -> Any:
    """Validate one table of a rulebook by the model of its kind, for faults at the keys themselves.

    A plain union would name the kind in every fault's key, and no line of the file has such a key.
    """
    if not isinstance(raw, Mapping):
        return raw
    kind = raw.get("kind")
    if kind is None:
        refuse([InitErrorDetails(type="missing", loc=("kind",), input=raw)])
    if not isinstance(kind, str) or kind not in MODELS:
        refuse([fault(("kind",), _unknown_kind(kind), kind)])
    model = MODELS[kind]
    try:
        return model.model_validate(raw)
    except ValidationError as problem:
        refuse(
            _unknown_key(model, item) if item["type"] == "extra_forbidden" else item
            for item in faults_of(problem)
        )


def _unknown_kind(kind: Any) -> Words:
    near = get_close_matches(str(kind), MODELS, n=1)
    if near:
        return _("no such kind of rule {kind}; did you mean {near}?", kind=kind, near=near[0])
    return _("no such kind of rule {kind}; known are {known}", kind=kind, known=", ".join(MODELS))


_OF_THE_BOOK = ("version", "inherits", "text", "jurisdiction", "three_class", "notes")
"""Keys of the rulebook itself that newcomers write below the heading of a rule."""


def _unknown_key(model: type[Rule], item: InitErrorDetails) -> InitErrorDetails:
    key = item.get("loc", ())
    if len(key) > 1:
        return item
    if key[0] in Clause.model_fields:
        return fault(
            key,
            _(
                "{key} belongs to the clause: write clause = {{ {key} = … }}; a rule that is taken over"
                " keeps its clause without it, and a quote stands in the policy's text word for word",
                key=key[0],
            ),
        )
    if key[0] in _OF_THE_BOOK:
        return fault(
            key,
            _(
                "{key} belongs to the rulebook, not to a rule; move it above the first heading in"
                " brackets",
                key=key[0],
            ),
        )
    near = get_close_matches(str(key[0]), model.model_fields, n=1)
    if near:
        return fault(key, _("unknown key; did you mean {near}?", near=near[0]))
    known = ", ".join(model.model_fields)
    return fault(key, _("unknown key; this kind of rule has {known}", known=known))


AnyRule = Annotated[
    AreaAbout | ForbiddenArea | LandNeed | LandReuse | declared.AnyDeclared | rule_land.AnyLandRule,
    Field(discriminator="kind"),
    BeforeValidator(by_kind),
]
