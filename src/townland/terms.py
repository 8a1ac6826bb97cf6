"""The words of the trade, each once, in both languages.

Roles, verdicts, units, groups of land, fields of the dossier, parameters: rules, reports, maps, the
command and the documentation name a thing by what stands here, so that one thing has one name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from townland.i18n import Text, Words, _


class Verdict(StrEnum):
    """What a rule may say of a town."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    REVIEW = "review"
    NOT_EVALUATED = "not_evaluated"
    INFO = "info"


VERDICTS: Mapping[str, Text] = {
    "fail": _("Not compliant"),
    "review": _("Needs review"),
    "not_evaluated": _("Not evaluated (no data)"),
    "pass": _("Compliant"),
    "info": _("For information"),
}
"""The verdicts in words, from what needs a reader first to what needs none."""


Unfound = Literal["uncovered", "unplanned", "unproven", "told"]
"""What it means that a layer without declared coverage shows nothing (`Role.unfound`)."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a layer is there for, and what follows from it.

    Parameters
    ----------
    title
        What the layer is called.
    raster
        Whether a layer of this role is a raster: ``never``, as a class grid (``classes``), or ``only``.
    protected
        Whether a repair that changes the area of a feature must be accepted by a person.
    ranks
        Who keeps land that two features claim, by the class or source of the land; then the smaller id.
    class_field
        The field of the classes in the norm's schema; None where a layer needs none.
    ridged
        Whether ridges of cultivated land are deducted from its areas.
    survey
        Whether its records are the land survey's, and must agree with its rules.
    always
        Whether every report shows it, whether or not a rule needs it.
    unfound
        What it means that a layer without declared coverage shows nothing on a town's land: the land is
        not covered (``uncovered``: a survey records all land), it has no planned use (``unplanned``),
        nothing is proved, so that no rule passes by it (``unproven``), or the same and it is only told
        (``told``: land that a plan may use, not land that it must spare).
    dividing
        Whether it is a line that divides all land: where no coverage is declared, what lies outside its
        features lies outside, however far the layer reaches.
    """

    title: Text
    raster: Literal["never", "classes", "only"] = "never"
    protected: bool = False
    ranks: Mapping[str, int] = field(default_factory=dict)
    class_field: str | None = None
    ridged: bool = False
    survey: bool = False
    always: bool = False
    unfound: Unfound = "unproven"
    dividing: bool = False


ROLES: Mapping[str, Role] = {
    "land_use": Role(
        _("land survey"),
        raster="classes",
        # what the policy protects most keeps land that is claimed twice
        ranks={
            "paddy": 0,
            "other_cultivated": 1,
            "other_agricultural": 2,
            "unused": 3,
            "construction": 4,
        },
        class_field="DLBM",
        ridged=True,
        survey=True,
        always=True,
        unfound="uncovered",
    ),
    "permanent_basic_farmland": Role(
        _("permanent basic farmland"), protected=True, class_field="DLBM", ridged=True, survey=True
    ),
    "paddy": Role(_("paddy layer"), raster="classes"),
    "unused_land": Role(_("unused land"), raster="classes"),
    "planned_use": Role(
        _("planned use"),
        ranks={"construction": 0},
        class_field="GHDM",
        always=True,
        unfound="unplanned",
    ),
    "control_zone": Role(_("control zones"), protected=True, class_field="GZQLXDM"),
    "growth_boundary": Role(_("urban growth boundary"), dividing=True),
    "ecological_redline": Role(_("ecological red line"), protected=True),
    "stock_land": Role(_("stock land"), unfound="told"),
    "inefficient_land": Role(_("inefficient land"), unfound="told"),
    "approved_land": Role(_("approved land"), unfound="told"),
    "elevation": Role(_("terrain model"), raster="only"),
    "land_cover": Role(_("land cover"), raster="only"),
    "imagery": Role(_("imagery"), raster="only"),
}
"""The roles that a layer may play, in the order in which they are read and shown."""

if TYPE_CHECKING:
    RoleName = str
else:
    RoleName = Literal[tuple(ROLES)]

BOUNDARY = "boundary"
"""What stands in place of a role for the file of a town's boundary."""


def role(name: str) -> Words | str:
    """Put a role into words; an unknown one as it stands.

    >>> str(role("paddy")), role("mine")
    ('水田专题图层', 'mine')
    """
    if name == BOUNDARY:
        return _("town boundary")
    return ROLES[name].title if name in ROLES else name


THREE_CLASSES: Mapping[str, Text] = {
    "农用地": _("Agricultural land"),
    "建设用地": _("Construction land"),
    "未利用地": _("Unused land"),
    "cultivated": _("Cultivated land"),
    "paddy": _("Paddy"),
    "agricultural": _("Other agricultural land"),
    "construction": _("Construction land"),
    "unused": _("Unused land"),
    "other": _("Other land"),
}
"""The three classes (三大类) and the groups of a table of classes of one's own."""


def three_class(name: str | None) -> Words | str:
    """Put one of the three classes (三大类) into words."""
    if name is None:
        return _("Unknown land class")
    return THREE_CLASSES.get(str(name), str(name))


SELECTORS: Mapping[str, Text] = {
    "paddy": _("paddy"),
    "other_cultivated": _("other cultivated land"),
    "other_agricultural": _("other agricultural land"),
    "cultivated": _("cultivated land"),
    "agricultural": _("agricultural land"),
    "unused": _("unused land"),
    "barren": _("barren hills, slopes and flats"),
    "garden": _("gardens"),
    "forest": _("forest"),
    "grassland": _("grassland"),
    "water": _("water"),
    "farm_facility": _("agricultural facilities"),
    "construction": _("construction land"),
    "new": _("all but construction land"),
    "residential": _("housing"),
    "urban_residential": _("urban housing"),
    "commercial": _("commerce"),
    "industrial": _("industrial land"),
    "industry": _("industry"),
    "public": _("public services"),
    "infrastructure": _("infrastructure"),
    "other": _("other uses"),
    "allowed": _("allowed zone"),
    "conditional": _("conditional zone"),
    "restricted": _("restricted zone"),
    "prohibited": _("prohibited zone"),
}
"""The groups of land classes, uses and zones that a measure may keep."""


def selector(name: str) -> Words | str:
    """Put a group that a measure keeps into words; a code as it stands."""
    return SELECTORS.get(name, name)


USES: Mapping[str, Text] = {
    "industry": _("industry and storage"),
    "commercial": _("commerce"),
    "public": _("public services and green space"),
    "infrastructure": _("infrastructure"),
    "residential": _("housing"),
    "other": _("other uses"),
}
"""The groups of planned uses in the indicator need."""


def use(name: str | None) -> Text:
    """Name a group of planned uses; None where the use is not known."""
    return USES.get(name or "", _("use not known"))


SOURCES: Mapping[str, Text] = {
    "paddy": _("paddy"),
    "other_cultivated": _("other cultivated land"),
    "other_agricultural": _("other agricultural land, ridges included"),
    "unused": _("unused land"),
}
"""What new construction land was."""


def source(name: str | None) -> Text:
    """Name what new construction land was; None where that is not known."""
    return SOURCES.get(name or "", _("land of no known source"))


NEED_COLUMNS: Mapping[str, Text] = {
    "new": _("New construction land"),
    "agricultural": _("Agricultural land"),
    "cultivated": _("Cultivated land"),
    "paddy": _("of it paddy"),
    "garden": _("Gardens"),
    "forest": _("Forest"),
    "grassland": _("Grassland"),
    "other_agricultural": _("Other agricultural land"),
    "unused": _("Unused land"),
    "unknown": _("Unknown land class"),
    "approved": _("Approved before, not asked again"),
    "asked": _("Indicators asked for"),
    "existing": _("Existing construction land used (beside)"),
}
"""The columns of the form of the indicator need."""

NEED_ROWS: Mapping[str, Text] = {
    "total": _("total"),
    "state": _("of it state land"),
    "collective": _("of it collective land"),
    "approved": _("Approved before, not asked again"),
    "asked": _("Indicators asked for"),
}
"""The rows of the form of the indicator need beside those of the planned uses."""

ACCOUNTS: Mapping[str, Text] = {
    "annual_quota": _("annual quota"),
    "linked_quota": _("linked quota, for what the annual quota leaves"),
    "replacement": _("replacement bank: cultivated land, paddy included"),
    "replacement_paddy": _("replacement bank: paddy"),
}
"""The accounts that the indicator need is set against."""

NEED_STANDARDS: Mapping[str, Text] = {
    "per_head": _("construction land per head"),
    "supply_rate": _("land-supply rate of the last years"),
}
"""The kinds of rules that set the indicator need against a bar which is no area."""

TAGS = ("resettlement", "real_estate", "supplied")
"""Tags in a layer's column of tags: of planned uses (易地扶贫搬迁安置, 房地产开发), of approved land
(已供)."""

UNITS: Mapping[str, Words | str] = {
    "m2": _("m²"),
    "ha": _("ha"),
    "km2": _("km²"),
    "mu": _("mu"),
    "share": _("%"),
    "count": "",
    "date": _("days"),
    "wan_yuan": _("× 10,000 yuan"),
    "yi_per_km2": _("× 100 million yuan per km²"),
    "m2_per_head": _("m² a head"),
    "day": _("days"),
    "years": _("years"),
    "km": _("km"),
    "persons": _("persons"),
    "visits_10k": _("× 10,000 visits a year"),
    "yuan_10k_per_mu": _("× 10,000 yuan per mu"),
    "yuan_10k_per_head": _("× 10,000 yuan a head"),
}
"""The units of figures, as they stand behind a number."""

FIGURE_ROLES: Mapping[str, Words] = {
    "decides": _("decides"),
    "part": _("a part of it"),
    "wider": _("wider, for a look"),
    "second_source": _("second source"),
    "base": _("base of the share"),
}
"""What a measure is there for in the reason of a finding, from what decides to what stands beside."""

ORIGINS: Mapping[str, Words] = {
    "policy": _("the policy's"),
    "townland": _("townland's default; the policy states none"),
    "bureau": _("set by the bureau"),
    "dossier": _("from the dossier"),
}
"""Whose a number is that a rule judges by."""

DOSSIER_FIELDS: Mapping[str, Words] = {
    "code": _("code of the town"),
    "name": _("name of the town"),
    "county_code": _("code of the county"),
    "county_name": _("name of the county"),
    "type": _("type of the town"),
    "carrier": _("carrier of the town"),
    "segment": _("segment of industry"),
    "leading_industries": _("leading industries"),
    "linked_industries": _("linked industries"),
    "social_investment": _("social investment"),
    "total_investment": _("total investment"),
    "industry_investment": _("investment in industry"),
    "investment_done": _("investment done up to now"),
    "facts.approvals_delegated": _("approvals delegated to the town"),
    "facts.town_treasury": _("treasury of the town"),
    "facts.park_and_town_one": _("industrial park and town under one leadership"),
    "facts.land_enclosed_in_disguise": _("land enclosed under the town's name"),
    "facts.real_estate_in_disguise": _("real estate under the town's name"),
    "facts.packaged_as_key_project": _("all projects together a key project of the city"),
    "acceptance.investment_done": _("acceptance: investment completed"),
    "acceptance.industry_developed": _("acceptance: development of industry"),
    "acceptance.projects_on_schedule": _("acceptance: progress of the projects"),
    "acceptance.character_shaped": _("acceptance: character of the town"),
    "acceptance.living_environment": _("acceptance: living environment"),
    "county_debt_ratio": _("debt ratio of the county"),
    "county_platform": _("borrowing by platform companies"),
    "documents.creation_plan": _("document: creation plan"),
    "documents.construction_scope": _("document: scope of construction"),
    "documents.industry_positioning": _("document: industrial positioning"),
    "documents.investors": _("document: investors"),
    "documents.investment_scale": _("document: scale of investment"),
    "documents.construction_schedule": _("document: construction plan"),
    "documents.business_environment": _("document: measures for the business environment"),
    "documents.town_plans": _("document: related town plans"),
    "documents.industry_study": _("document: study of the industry"),
    "confirmed": _("fields whose figures were confirmed"),
    "lists.city": _("whether it is on the city's list"),
    "lists.region": _("whether it is on the region's list"),
    "lists.national": _("whether it is on the national list"),
    "events": _("applications, listings and acceptances with their days"),
    "subsidy_paid": _("subsidy paid"),
    "subsidy_returned": _("subsidy returned"),
    "quota_ha": _("annual quota"),
    "linked_quota_ha": _("linked quota"),
    "replacement_bank_ha": _("replacement bank: cultivated land, paddy included"),
    "replacement_bank_paddy_ha": _("replacement bank: paddy"),
    "population": _("population"),
    "employees": _("employees"),
    "supply.city": _("land approved and supplied by year, city"),
    "supply.county": _("land approved and supplied by year, county"),
    "reused_sites": _("sites reused, with the day their transition began"),
    "reused_sites.new_use": _("new use of a reused site"),
    "national_type": _("type of the town in the national notice"),
    "annual_tax": _("tax in a year"),
    "annual_output": _("output in a year"),
    "annual_visitors": _("visitors in a year"),
    "green_cover": _("green cover"),
    "three_new_share": _("share of the new economy"),
    "research_intensity": _("spending on research and development as a share"),
    "limit": _("the bar, which the rulebook leaves open"),
}
"""The fields of a town's dossier."""


def dossier_field(path: str) -> Words:
    """Name a field of the dossier in words; one that has none by its key.

    >>> dossier_field("type").render("en"), dossier_field("documents.other").render("en")
    ('type of the town', 'documents.other')
    """
    return DOSSIER_FIELDS.get(path) or _("{path}", path=path)


def dossier_key(path: str) -> Words:
    """Name a field of the dossier in words, with the key that a person is to write.

    >>> dossier_key("type").render("en"), dossier_key("documents.other").render("en")
    ('type of the town (type)', 'documents.other')
    """
    title = DOSSIER_FIELDS.get(path)
    return (
        _("{path}", path=path) if title is None else _("{title} ({path})", title=title, path=path)
    )


PARAMETERS: dict[str, Words] = {
    "allowed": _("land where building is allowed"),
    "also": _("wider area that calls for a look"),
    "area_unit": _("unit that the area counts in"),
    "band": _("how far “about” (左右) reaches to both sides"),
    "bank": _("replacement bank"),
    "bar_of": _("whose the bar is"),
    "bases": _("areas that the clause may mean"),
    "basis": _("area that is meant"),
    "beside": _("second source, shown beside"),
    "beyond": _("verdict beyond the bar"),
    "counted": _("what is counted"),
    "cultivated": _("cultivated land to be replaced"),
    "documents": _("documents asked for"),
    "encouraged": _("share that is encouraged"),
    "exclusive": _("whether the bar itself must be passed"),
    "extension_years": _("extension, in years"),
    "facts": _("facts recorded"),
    "factor": _("factor that the ratio is printed with"),
    "field": _("field of the dossier"),
    "first_year": _("first year"),
    "forbidden": _("land where building is forbidden"),
    "groups": _("groups of names"),
    "investment": _("investment that counts"),
    "last_year": _("last year"),
    "limit": _("the bar"),
    "linked_quota": _("linked quota"),
    "list": _("list that counts"),
    "list_patches": _("whether each patch is listed"),
    "looked_at": _("land that a person looks at"),
    "lower": _("lower list"),
    "maximum": _("at most"),
    "measure": _("what is measured"),
    "minimum": _("at least"),
    "minimum_share": _("least share"),
    "modal": _("whether the clause only urges, so that it cannot fail"),
    "most": _("at most so many"),
    "near_km": _("how near two towns are neighbours, in km"),
    "on_construction": _("instalment when construction begins"),
    "on_listing": _("instalment on listing"),
    "only_for": _("towns that the rule concerns"),
    "otherwise": _("what is measured where nothing is known of it"),
    "paddy": _("paddy to be replaced"),
    "paddy_bank": _("replacement bank: paddy"),
    "paddy_beside": _("paddy by another layer"),
    "part": _("the part"),
    "per": _("what it is divided by"),
    "perhaps": _("what a wider reading counts too"),
    "places": _("places whose supply counts"),
    "platform": _("borrowing by platform companies"),
    "population": _("population that counts"),
    "quota": _("annual quota"),
    "raised_for": _("towns that a higher bar is for"),
    "ratio": _("ratio that counts"),
    "share_of": _("whole that the share is of"),
    "turned": _("land planned as what is neither construction nor farmland"),
    "sites": _("sites that count"),
    "sliver_width_m": _("width under which a piece is a sliver, in m"),
    "sliver_sigma": _("width under which a piece is a sliver, in standard deviations"),
    "layer_age_years": _("years by which a layer may be older than the day or the plan"),
    "sources": _("what the land was"),
    "stage": _("the stage"),
    "sums": _("figures summed over the towns"),
    "support_ends_after_years": _("years until support ends"),
    "targets": _("targets"),
    "town_type": _("type of town that it concerns"),
    "type": _("field that holds the type"),
    "uncertainty": _("how near to a bar a person must look, as a share of it"),
    "unit": _("unit of the bar"),
    "upper": _("higher lists"),
    "uses": _("planned uses"),
    "value": _("figure that counts"),
    "warn_days": _("days before the end from which a person must look"),
    "whole": _("the whole"),
    "within": _("verdict within the bar"),
    "word": _("the reserved word"),
    "years": _("years"),
}
"""The parameters of rules; a kind of rule may name its own beside these (`Rule.titles`)."""


def parameter(key: str, titles: Mapping[str, Words] = PARAMETERS) -> Words:
    """Name a parameter of a rule; one that has no words by the key that a rulebook writes.

    >>> parameter("limit").render("en"), parameter("places.0").render("en")
    ('the bar', 'places.0')
    """
    return titles.get(key) or _("{path}", path=key)
