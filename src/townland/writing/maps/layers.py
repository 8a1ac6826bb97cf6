"""The layers of the map as plain data: a column for each thing that is known of their pieces.

Every number that a reader sees is printed here, from decimals; the page's script computes places and
nothing else. A text that many pieces have stands once in the page, and a piece names it by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import geopandas as gpd
import pyproj
import shapely

from townland import terms
from townland.catalog.titles import layer_title
from townland.geodesy.crs import to_lonlat
from townland.i18n import Joined, Words, _, render
from townland.measuring import TownResult
from townland.measuring.piece_table import PieceTable
from townland.results import Assessment
from townland.rules.judging.trace import Json
from townland.writing.maps.packing import DEGREE, PackedShapes
from townland.writing.maps.pieces import (
    FACTS,
    Drawn,
    GroupOf,
    fact_words,
    facts_of,
    gaps,
    groups_by_code,
    groups_of,
    largest,
    piece_ids,
    scheme_of,
)
from townland.writing.pages import figures
from townland.writing.pages import look as legend


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of the pieces of a layer: a list each, in the order in which they are drawn.

    `town` is the number of the town or None; `name` and `facts` are numbers of the page's texts and of
    its groups of facts; `area` is m², ha and mu with blanks between; `net` and `pm` are empty where
    nobody asks; `spots` are the number of a piece and where its mark stands, where it has one.
    """

    town: list[int | None] = field(default_factory=list)
    style: list[int] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    id: list[str] = field(default_factory=list)
    area: list[str] = field(default_factory=list)
    shape: list[int] = field(default_factory=list)
    facts: list[int] = field(default_factory=list)
    net: list[str | None] = field(default_factory=list)
    pm: list[str | None] = field(default_factory=list)
    spots: list[list[int]] = field(default_factory=list)

    def as_data(self) -> dict[str, Json]:
        """Give the columns as the page's script reads them; one that says nothing is empty."""
        optional = {
            name: values if any(values) else []
            for name, values in (("net", self.net), ("pm", self.pm), ("id", self.id))
        }
        return {
            "town": self.town, "style": self.style, "name": self.name, "area": self.area,
            "shape": self.shape, "facts": self.facts, "spots": self.spots, **optional,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One switchable layer of the map: its rank in the drawing order, its styles, its pieces."""

    key: str
    title: str
    kind: str
    show: bool
    pieces: Columns
    minor: bool = False
    styles: Sequence[Mapping[str, Json]] = ()

    def as_data(self) -> dict[str, Json]:
        """Give the layer as the page's script reads it."""
        return {
            "key": self.key,
            "title": self.title,
            "kind": self.kind,
            "minor": self.minor,
            "styles": self.styles,
            "pieces": self.pieces.as_data(),
        }


class Layers:
    """The layers of one map, and the texts and shapes that their pieces name by number."""

    def __init__(
        self, assessment: Assessment, results: Sequence[TownResult], lang: str, shapes: PackedShapes,
        signs: Mapping[str, legend.Hatch] | None = None,
    ) -> None:  # fmt: skip
        """Begin with none.

        Parameters
        ----------
        assessment, results
            What is drawn: some of the towns of an assessment.
        lang
            The reader's language.
        shapes
            Keeps the geometries.
        signs
            The sign of each measure, where they were chosen once for all maps of a run.
        """
        self.assessment = assessment
        self.results = results
        self.lang = lang
        self.shapes = shapes
        figures = (finding.figures for finding in assessment.findings)
        self.signs = legend.signs(figures) if signs is None else signs
        self._texts: dict[str, int] = {}
        self._facts: dict[str, int] = {}
        self._known_facts: dict[tuple[str, str], int] = {}
        self._groups: dict[tuple[int, ...], int] = {}

    @property
    def texts(self) -> list[str]:
        """The names of pieces, each once."""
        return list(self._texts)

    @property
    def facts(self) -> list[str]:
        """What is said of pieces, each once."""
        return list(self._facts)

    @property
    def groups(self) -> list[list[int]]:
        """What is said of one piece, as numbers of facts, each combination once."""
        return [list(group) for group in self._groups]

    def words(self, text: Words | str) -> str:
        """Put a text into the map's language."""
        return render(text, self.lang)

    def outlines(self) -> Iterator[MapLayer]:
        """Draw the towns as wholes, in the colours of their gravest verdicts."""
        gravest = [
            figures.gravest_look(self.assessment.findings_of(result.town.code))
            for result in self.results
        ]
        looks = [name for name in legend.LOOKS if name in gravest]
        styles = [
            {"title": self.words(style.word), "fill": style.colour}
            for style in map(legend.LOOKS.__getitem__, looks)
        ]
        pieces = Columns()
        for n, (result, look) in enumerate(zip(self.results, gravest, strict=True)):
            town = result.town
            self._one(pieces, n, town.boundary, town.crs, style=looks.index(look),
                      name=town.name, label=town.code, area_m2=result.area_m2)  # fmt: skip
        yield MapLayer(
            "towns", self.words(_("Towns by their gravest verdict")), "land", show=True,
            styles=styles, pieces=pieces,
        )  # fmt: skip

    def all(self) -> Iterator[MapLayer]:
        """Draw land, plan, the evidence of every figure, and what is not known or was mended."""
        yield from self._land()
        yield from self._plans()
        yield from self._evidence()
        yield from self._uncovered()
        yield from self._unplanned()
        yield from self._repairs()

    def _land(self) -> Iterator[MapLayer]:
        frames = [result.land for result in self.results]
        drawn = list(self._grouped("land_use", frames, legend.land_group))
        groups = groups_of(drawn)
        styles = [
            {"title": self.words(legend.LAND[key].title), "fill": legend.LAND[key].fill}
            for key in groups
        ]
        if drawn:
            yield MapLayer(
                "land", self.words(_("Land survey")), "land", show=True, styles=styles,
                pieces=self._pieces(drawn, groups),
            )  # fmt: skip

    def _plans(self) -> Iterator[MapLayer]:
        frames = [result.planned for result in self.results]
        drawn = list(self._grouped("planned_use", frames, legend.use_group))
        groups = groups_of(drawn)
        styles: list[Mapping[str, Json]] = [
            {
                "title": self.words(legend.USES[key].title),
                "fill": legend.USES[key].fill,
                "faint": key == legend.NO_CONSTRUCTION,
            }
            for key in groups
        ]
        if drawn:
            yield MapLayer(
                "plan", self.words(_("Planned use")), "plan", show=True, styles=styles,
                pieces=self._pieces(drawn, groups),
            )  # fmt: skip

    def _grouped(
        self, role: str, frames: Iterable[gpd.GeoDataFrame | None], group_of: GroupOf
    ) -> Iterator[Drawn]:
        """Give the pieces of each town that has any, by their groups in the legend.

        Parameters
        ----------
        role
            The role of the layer.
        frames
            The pieces of each of the map's towns.
        group_of
            Finds a piece its group.
        """
        scheme = scheme_of(self.assessment, role)
        for n, (result, frame) in enumerate(zip(self.results, frames, strict=True)):
            if frame is not None and len(frame):
                table = PieceTable.of(frame)
                groups = groups_by_code(
                    table, role, lambda code, three: group_of(code, three, scheme)
                )
                yield Drawn(n, table, groups, (role,), result.town.crs)

    def _evidence(self) -> Iterator[MapLayer]:
        for name, hatch in reversed(list(self.signs.items())):  # what decides first is drawn last
            title = self.words(legend.measure_title(self.assessment.rulebook, name))
            drawn = list(self._measured(name))
            if drawn:
                yield MapLayer(
                    f"measure:{name}", title, "measure", show=False, minor=hatch.frame,
                    styles=[_signed(title, hatch)],
                    pieces=self._pieces(drawn, [name], numbered=True),
                )  # fmt: skip

    def _measured(self, name: str) -> Iterator[Drawn]:
        """Give a measure's pieces of each town that has any, the larger first."""
        for n, result in enumerate(self.results):
            measure = result.measures.get(name)
            if measure is not None and measure.pieces:
                table = largest(measure.table, measure.pieces)
                yield Drawn(n, table, [name] * len(table), measure.layers, result.town.crs)

    def _uncovered(self) -> Iterator[MapLayer]:
        """Draw what the layers leave uncovered, by the title of what is missing there."""
        comma = _(", ").render(self.lang)
        by_title: dict[str, Columns] = {}
        for n, result in enumerate(self.results):
            for roles, geometry in gaps(result):
                names = Joined(tuple(terms.role(role) for role in roles), comma)
                title = self.words(_("Not covered: {role}", role=names))
                self._one(by_title.setdefault(title, Columns()), n, geometry, result.town.crs)
        for n, (title, pieces) in enumerate(by_title.items()):
            yield MapLayer(
                f"uncovered:{n}", title, "other", show=True,
                styles=[_signed(title, legend.UNCOVERED)], pieces=pieces,
            )  # fmt: skip

    def _unplanned(self) -> Iterator[MapLayer]:
        """Draw the land of each town of which the plan may yet say something."""
        pieces = Columns()
        for n, result in enumerate(self.results):
            if not result.unplanned.is_empty:
                self._one(pieces, n, result.unplanned, result.town.crs)
        title = self.words(_("No planned use"))
        if pieces.shape:
            yield MapLayer(
                "unplanned", title, "other", show=False,
                styles=[_signed(title, legend.UNPLANNED)], pieces=pieces,
            )  # fmt: skip

    def _repairs(self) -> Iterator[MapLayer]:
        """Draw the geometry that was mended, each with what was done to it."""
        pieces = Columns()
        for repair in self.assessment.repairs:
            if repair.geometry is not None:
                name = f"{self.words(repair.problem)} → {self.words(repair.action)}"
                layer = self.words(layer_title(repair.layer))
                label = f"{layer} {repair.feature}".strip()
                self._one(pieces, None, repair.geometry, repair.crs, name=name, label=label,
                          area_m2=Decimal(repair.area_after_m2))  # fmt: skip
        title = self.words(_("Repaired geometry"))
        if pieces.shape:
            yield MapLayer(
                "repairs", title, "other", show=False,
                styles=[_signed(title, legend.REPAIRED)], pieces=pieces,
            )  # fmt: skip

    def _one(
        self, to: Columns, town: int | None, geometry: shapely.Geometry, crs: pyproj.CRS, *,
        style: int = 0, name: str = "", label: str = "", area_m2: Decimal | None = None,
    ) -> None:  # fmt: skip
        """Add one piece to a layer.

        Parameters
        ----------
        to
            The columns of the layer.
        town
            The number of the town; None where it is not one town's.
        geometry, crs
            What is drawn.
        style, name, label, area_m2
            Its number in the legend, its name, its id, its area.
        """
        to.town.append(town)
        to.style.append(style)
        to.name.append(self._text(name))
        to.id.append(label)
        to.area.append("" if area_m2 is None else _areas(area_m2))
        to.shape.extend(self.shapes.add([geometry], crs))
        to.facts.append(self._group(()))

    def _pieces(
        self, drawn: Sequence[Drawn], keys: Sequence[str], *, numbered: bool = False
    ) -> Columns:
        """Write the pieces of a layer, town by town.

        Parameters
        ----------
        drawn
            What it draws.
        keys
            The groups of its legend; a piece names its group by the number in this list.
        numbered
            Whether the first pieces of each town say where their numbers stand, and all their net areas.
        """
        columns = Columns()
        rank = {key: n for n, key in enumerate(keys)}
        for each in drawn:
            table, before = each.table, len(columns.shape)
            columns.town.extend([each.town] * len(table))
            columns.style.extend(rank[group] for group in each.groups)
            columns.name.extend(
                self._text(self.words(fact_words("class_name", name)))
                for name in table.texts("class_name")
            )
            columns.id.extend(piece_ids(table, each.roles) or [""] * len(table))
            columns.area.extend(_areas(area) for area in table.column("area_m2"))
            columns.shape.extend(self.shapes.add(table.geometry, each.crs))
            columns.facts.extend(self._known(table))
            if numbered:
                columns.net.extend(table.texts("net_m2"))
                columns.pm.extend(table.texts("pm_m2"))
                columns.spots.extend([before + n, *spot] for n, spot in _spots(table, each.crs))
        return columns

    def _known(self, table: PieceTable) -> Iterator[int]:
        """Say what the layers know of each piece, as numbers of the page's groups of facts."""
        names = [name for name in facts_of([table]) if name != "class_name"]
        columns = [(name, table.texts(name)) for name in names]
        for row in range(len(table)):
            known = [(name, text) for name, column in columns if (text := column[row])]
            yield self._group(tuple(self._fact(name, text) for name, text in known))

    def _fact(self, name: str, text: str) -> int:
        """Give the number of a fact in the page; each is put into words once."""
        if (name, text) not in self._known_facts:
            words = self.words(_("{fact}: {value}", fact=FACTS[name], value=fact_words(name, text)))
            self._known_facts[name, text] = self._facts.setdefault(words, len(self._facts))
        return self._known_facts[name, text]

    def _group(self, facts: tuple[int, ...]) -> int:
        return self._groups.setdefault(facts, len(self._groups))

    def _text(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))


def _signed(title: str, hatch: legend.Hatch) -> Mapping[str, Json]:
    return {"title": title, "pattern": hatch.pattern, "colour": hatch.colour}


def _areas(m2: Decimal) -> str:
    return " ".join(part.number for part in figures.area_in_three(m2))


def _spots(table: PieceTable, crs: pyproj.CRS) -> Iterator[tuple[int, list[int]]]:
    """Find where the numbers of the largest pieces stand: well inside each of them."""
    numbered = shapely.point_on_surface(table.geometry[: figures.PLACES])
    points = to_lonlat(numbered, pyproj.CRS.from_user_input(crs))
    for n, point in enumerate(points):
        if not point.is_empty:
            yield n, [round(point.x * DEGREE), round(point.y * DEGREE)]
