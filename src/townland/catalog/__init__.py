"""The layer catalog: which file plays which role, as of when, and covering what."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from townland import documents
from townland.catalog.database import Database
from townland.catalog.tiles import Tiles
from townland.documents import Strict, values
from townland.documents.sentences import FaultError
from townland.errors import CatalogError
from townland.i18n import Joined, Words, _
from townland.notebook import card, grid
from townland.standards import fields
from townland.standards.landclass import SCHEMES
from townland.terms import ROLES, RoleName

if TYPE_CHECKING:
    import geopandas as gpd  # half a second to load, which a catalog does not need

COLUMN_KEYS = (
    "id_column",
    "class_column",
    "net_factor_column",
    "owner_column",
    "tag_column",
    "slope_column",
    "grade_column",
    "production_column",
    "village_column",
    "area_column",
)
"""The keys of a layer that name a column."""


CATALOG = "catalog.toml"
"""What a catalog is called in a folder of layers."""

DATABASE = "db:"
"""How the path of a layer begins that is a table of a database."""

FRAME = "GeoDataFrame"
"""What stands in the place of the path of a layer that is a GeoDataFrame."""

PACKED = ".townland.parquet"
"""How the names of the files end that ``townland layers pack`` writes, and no others."""

AS_LAYER = "layer:"
"""How a coverage begins that reaches as far as another layer."""

OWN_TOWNS = "town"
"""The coverage of a layer that is complete in each town that has features of its own in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A GeoDataFrame that stands in place of a file; it equals itself alone, whatever is in it."""

    frame: gpd.GeoDataFrame


def no_vertices(layer: str) -> Words:
    """Say that a raster states an accuracy that it cannot have."""
    return _(
        "layer {name}: accuracy_m is the standard deviation of a vertex, and a raster has cells and no"
        " vertices, so that its areas have no ±; take it out",
        name=layer,
    )


def not_packed(layer: str) -> Words:
    """Say that only files of features are packed."""
    return _("layer {name}: only a layer of features in a file is packed", name=layer)


class NamedTowns(Strict):
    """The towns, by code or name, in which a layer claims to be complete."""

    towns: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1)


def _coverage_kind(value: object) -> str | None:
    """Which of the two ways to write a coverage a value is meant to be."""
    if isinstance(value, str):
        return "text"
    return "towns" if isinstance(value, Mapping | NamedTowns) else None


Coverage = Annotated[
    Annotated[str, Field(min_length=1), Tag("text")] | Annotated[NamedTowns, Tag("towns")],
    Discriminator(_coverage_kind),
]


class LayerSpec(Strict):
    """One ``[[layer]]`` of a catalog: a file, its role, and how its columns are to be read.

    `path` is kept as it was written; `LayerCatalog.resolve` gives the file. A layer that was given as a
    GeoDataFrame has it as `frame`, and no file. `coverage` is where the layer claims to be complete: a
    file of polygons, another layer (`AS_LAYER`), the towns that have features of it (`OWN_TOWNS`), or
    towns by code or name. `accuracy_m` is the standard deviation of a vertex in metres. `packed` is the
    file that ``townland layers pack`` made of the layer, from which a check reads in place of `path`.
    """

    name: str = Field(min_length=1)
    role: RoleName
    path: str = Field(min_length=1)
    layer: str | None = None
    packed: str | None = None
    scheme: str | None = None
    classes: (
        dict[
            Literal["cultivated", "paddy", "agricultural", "unused", "construction", "other"],
            list[str],
        ]
        | None
    ) = None
    class_column: str | None = None
    net_factor_column: str | None = None
    id_column: str | None = None
    owner_column: str | None = None
    tag_column: str | None = None
    slope_column: str | None = None
    grade_column: str | None = None
    production_column: str | None = None
    production_unit: Literal["kg_per_mu", "kg_per_ha"] = "kg_per_mu"
    village_column: str | None = None
    area_column: str | None = None
    area_unit: Literal["m2", "ha", "mu"] = "m2"
    where: dict[str, list[str | int | float]] | None = None
    crs: str | None = None
    encoding: str | None = None
    coverage: Coverage | None = None
    transform: str | None = None
    accuracy_m: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    surveyed: dt.date | None = None
    source: str = ""
    licence: str = ""
    _given: Given | None = PrivateAttr(default=None)

    @field_validator("coverage", mode="before")
    @classmethod
    def _coverage_is_text_or_towns(cls, value: object) -> object:
        if value is not None and _coverage_kind(value) is None:
            raise FaultError(
                _(
                    "a coverage is a file, {layer}, {town} or {towns}",
                    layer=f'"{AS_LAYER}land_use"',
                    town=f'"{OWN_TOWNS}"',
                    towns='{ towns = ["T01"] }',
                )
            )
        return value

    @model_validator(mode="after")
    def _class_needs_scheme(self) -> LayerSpec:
        if self.scheme is not None and self.classes is not None:
            raise FaultError(
                _("layer {name}: give either scheme or classes, not both", name=self.name)
            )
        if self.class_column is not None and self.scheme is None and self.classes is None:
            raise FaultError(
                _(
                    "layer {name}: class_column needs a scheme (a bare land code means different land"
                    " in two schemes) or a table classes",
                    name=self.name,
                )
            )
        return self

    @model_validator(mode="after")
    def _scheme_is_known(self) -> LayerSpec:
        if self.scheme is not None and self.scheme not in SCHEMES:
            near = get_close_matches(self.scheme, SCHEMES, n=1)
            raise FaultError(
                _(
                    "layer {name}: there is no scheme {scheme}; expected one of {known}",
                    name=self.name,
                    scheme=self.scheme,
                    known=", ".join((*near, *(one for one in SCHEMES if one not in near))),
                )
            )
        return self

    @model_validator(mode="after")
    def _no_personal_data(self) -> LayerSpec:
        named = [getattr(self, key) for key in COLUMN_KEYS]
        for column in (*named, *(self.where or {})):
            if column is not None and fields.is_personal(column):
                raise FaultError(
                    _(
                        "layer {name}: the column {column} holds personal data, which townland never"
                        " reads; name another column",
                        name=self.name,
                        column=column,
                    )
                )
        return self

    @model_validator(mode="after")
    def _rasters_have_no_vertices(self) -> LayerSpec:
        if self.accuracy_m is not None and self.is_raster:
            raise FaultError(no_vertices(self.name))
        if self.packed is not None and (self.is_raster or self.database is not None):
            raise FaultError(not_packed(self.name))
        return self

    @model_validator(mode="after")
    def _packed_by_townland(self) -> LayerSpec:
        if self.packed is not None and not self.packed.endswith(PACKED):
            raise FaultError(
                _(
                    "layer {name}: packed = {file} names no file that townland layers pack wrote: those"
                    " end in {ending}",
                    name=self.name,
                    file=self.packed,
                    ending=PACKED,
                )
            )
        return self

    @property
    def frame(self) -> gpd.GeoDataFrame | None:
        """The GeoDataFrame that the layer was given as; None where a file or a database holds it."""
        return None if self._given is None else self._given.frame

    @property
    def database(self) -> str | None:
        """The name of the database that holds the layer; None where a file does."""
        return self.path.removeprefix(DATABASE) if self.path.startswith(DATABASE) else None

    @property
    def coverage_file(self) -> str | None:
        """The file of polygons in which the layer claims to be complete; None where none is named."""
        named = self.coverage
        if not isinstance(named, str) or named == OWN_TOWNS or named.startswith(AS_LAYER):
            return None
        return named

    @property
    def coverage_layer(self) -> str | None:
        """The layer as far as which this one claims to be complete; None where none is named."""
        named = self.coverage
        if not isinstance(named, str) or not named.startswith(AS_LAYER):
            return None
        return named.removeprefix(AS_LAYER)

    @property
    def is_raster(self) -> bool:
        """Whether the role is one that a raster plays."""
        return ROLES[self.role].raster == "only"


class LayerCatalog(Strict):
    """The layers of a place, in the order of the file; two layers of one role are united."""

    layer: list[LayerSpec] = Field(min_length=1)
    database: dict[str, Database] = Field(default_factory=dict)
    tiles: dict[str, Tiles] = Field(default_factory=dict)
    _path: Path = PrivateAttr(default=Path(CATALOG))
    _sha256: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _names_differ(self) -> LayerCatalog:
        names = [spec.name for spec in self.layer]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise FaultError(_("two layers are named {name}; names must differ", name=name))
        return self

    @model_validator(mode="after")
    def _databases_are_declared(self) -> LayerCatalog:
        for spec in self.layer:
            if spec.database is not None and spec.database not in self.database:
                raise FaultError(
                    _(
                        "layer {name}: no database {database} is declared; add the table"
                        " [database.{database}] with url_env",
                        name=spec.name,
                        database=spec.database,
                    )
                )
            if spec.database is not None and spec.is_raster:
                raise FaultError(
                    _("layer {name}: a raster is read from a file, not a database", name=spec.name)
                )
        return self

    @model_validator(mode="after")
    def _coverages_lead_somewhere(self) -> LayerCatalog:
        by_name = {spec.name: spec for spec in self.layer}
        faults = [
            InitErrorDetails(
                type="value_error",
                loc=("layer", at, "coverage"),
                input=spec.coverage,
                ctx={"error": FaultError(problem)},
            )
            for at, spec in enumerate(self.layer)
            if (problem := _coverage_fault(spec, by_name)) is not None
        ]
        if faults:
            raise ValidationError.from_exception_data("catalog", faults)
        return self

    @property
    def path(self) -> str:
        """The catalog's file as it was given, with ``/``."""
        return self._path.as_posix()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the catalog's file; another one where `with_layer` added to it."""
        return self._sha256

    def __repr__(self) -> str:
        return f"<LayerCatalog {self.path}: {', '.join(spec.name for spec in self.layer)}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """What a notebook shows: a line a layer."""
        head = (_("layer"), _("role"), _("file"), _("scheme"), _("surveyed"))
        rows = (
            (each.name, ROLES[each.role].title, each.path, each.scheme, each.surveyed)
            for each in self.layer
        )
        return card(_("Layer catalog"), {_("file"): self.path}, more=grid(head, rows))

    def of_role(self, role: str) -> tuple[LayerSpec, ...]:
        """The layers that play `role`, in order; empty where none does."""
        return tuple(spec for spec in self.layer if spec.role == role)

    def named(self, name: str) -> LayerSpec:
        """The layer called `name`, which must be there."""
        return next(spec for spec in self.layer if spec.name == name)

    def with_layer(
        self, role: RoleName, frame: gpd.GeoDataFrame, *, name: str | None = None, **keys: object
    ) -> LayerCatalog:
        """A new catalog in which a GeoDataFrame plays a role; this one stays as it is.

        A layer of the same name is replaced; other layers of the role stay, and are united with it. The
        frame is read as a file would be: only the features near the towns, its CRS required, columns of
        personal data refused. In the inputs of an assessment it has no path, and the SHA-256 of its
        geometries (WKB) and columns.

        Parameters
        ----------
        role
            The role that the layer plays.
        frame
            Its features, with a CRS; a copy is kept.
        name
            The layer's name; its role without one.
        keys
            Every other key of a ``[[layer]]``: `class_column`, `scheme`, `id_column`, `surveyed` …

        Raises
        ------
        CatalogError
            A key is unknown, or its value cannot be used; the role is one that a raster plays; the
            coverage leads to no layer of the catalog.

        Examples
        --------
        >>> catalog.with_layer("planned_use", plan, class_column="GHDM", scheme="guide-2023")
        ... # doctest: +SKIP
        """
        name = role if name is None else name
        try:
            spec = LayerSpec.model_validate({**keys, "name": name, "role": role, "path": FRAME})
        except ValidationError as problem:
            raise CatalogError(_key_faults(problem, name)) from None
        if spec.is_raster:
            raise CatalogError(
                _(
                    "layer {name}: the role {role} needs a raster, and a GeoDataFrame holds none; name"
                    " the raster's file in the catalog",
                    name=name,
                    role=role,
                )
            )
        spec._given = Given(frame.copy())
        kept = [each for each in self.layer if each.name != name]
        at = next((n for n, each in enumerate(self.layer) if each.name == name), len(kept))
        catalog = self.model_copy(update={"layer": [*kept[:at], spec, *kept[at:]]})
        fault = _coverage_fault(spec, {each.name: each for each in catalog.layer})
        if fault is not None:
            raise CatalogError(_("layer {name}, coverage: {reason}", name=name, reason=fault))
        catalog._sha256 = hashlib.sha256(
            f"{self._sha256}\x00{spec.model_dump_json()}".encode()
        ).hexdigest()
        return catalog

    def resolve(self, path: str) -> Path:
        """The file that `path` means: relative ones start at the catalog's folder."""
        return self._path.parent / path

    def absolute(self) -> LayerCatalog:
        """The same catalog, whose files are found wherever a process was started."""
        catalog = self.model_copy()
        catalog._path = self._path.absolute()
        return catalog


def _coverage_fault(spec: LayerSpec, by_name: Mapping[str, LayerSpec]) -> Words | None:
    """What is wrong with the layer that a coverage names: it is not there, or the way is a circle."""
    way, order = [spec.name], list(by_name)
    while (name := by_name[way[-1]].coverage_layer) is not None:
        if name not in by_name:
            if len(way) > 1:
                return None  # the fault is the other layer's, and told there
            near = get_close_matches(name, by_name, n=1)
            others = (*near, *(one for one in by_name if one not in (*near, spec.name)))
            return _(
                "there is no layer {name}; the catalog's others are {known}",
                name=name,
                known=", ".join(others) or "-",
            )
        if by_name[name].is_raster:
            return _(
                "the layer {name} is a raster, which claims no land; name a layer of features",
                name=name,
            )
        way.append(name)
        if name == spec.name and spec.name == min(way, key=order.index):
            return _(
                "the coverages go in a circle: {way}; one of these layers needs a coverage of its"
                " own, such as a file",
                way=" → ".join(way),
            )
        if name in way[:-1]:
            return None  # the circle is that of other layers, and told there
    return None


def _key_faults(problem: ValidationError, name: str) -> Words:
    """What is wrong with the keys of a layer that was given in code, all of it."""
    faults = []
    for error in problem.errors():
        own = (error.get("ctx") or {}).get("error")
        if isinstance(own, FaultError):
            faults.append(own.message)
            continue
        key = ".".join(str(part) for part in error["loc"])
        near = get_close_matches(key, LayerSpec.model_fields, n=1)
        known = ", ".join((*near, *(one for one in LayerSpec.model_fields if one not in near)))
        faults.append(
            _("layer {name}: there is no key {key}; known are {known}",
              name=name, key=key, known=known)
            if error["type"] == "extra_forbidden"
            else _("layer {name}: {key} is {value}; expected {expected}", name=name, key=key,
                   value=repr(error["input"])[:80], expected=values.expected(error))
        )  # fmt: skip
    return Joined(tuple(faults), "\n")


def load_catalog(path: Path | str) -> LayerCatalog:
    """Read ``catalog.toml``, or that of a folder.

    Raises
    ------
    CatalogError
        The file is missing or is no catalog: every error at once, with line and key.

    """
    path = Path(path)
    if (path / CATALOG).is_file():
        path /= CATALOG
    if not path.exists():
        raise CatalogError(
            _(
                "{path}: there is no layer catalog. Make one of the folder with your layers: townland"
                " layers init FOLDER; or name yours: --catalog FILE",
                path=path.as_posix(),
            )
        )
    catalog, sha256 = documents.load(path, LayerCatalog, CatalogError)
    catalog._path = path
    catalog._sha256 = sha256
    return catalog
