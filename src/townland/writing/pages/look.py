"""What things look like, on the map and in the report: colours, hatches, verdict marks, names.

Land lies in quiet colours; evidence lies on it in hatches that differ without their colour. A
verdict is a colour, a word and a mark, never a colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from townland import terms
from townland.i18n import Text, Words, _
from townland.rules.book.model import Rulebook
from townland.rules.judging.finding import Finding, ReasonFigure

VERDICT_ORDER = tuple(terms.VERDICTS)
"""From what needs a reader first to what needs none."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown: its word, its mark, the colour of its chip and of its ground."""

    word: Text
    mark: str
    colour: str
    ground: str


VERDICTS: Mapping[str, Look] = {
    "fail": Look(terms.VERDICTS["fail"], "×", "#a11212", "#fbf1f0"),
    "review": Look(terms.VERDICTS["review"], "?", "#8f5e00", "#fdf7ea"),
    "not_evaluated": Look(terms.VERDICTS["not_evaluated"], "–", "#5c5f63", "#f3f3f2"),
    "pass": Look(terms.VERDICTS["pass"], "✓", "#1b6b3a", "#f0f7f1"),
    "info": Look(terms.VERDICTS["info"], "i", "#27588f", "#f0f4fa"),
}


WAITS = "waits"
"""How a review is shown that only waits until somebody confirms that a layer is complete."""

LOOKS: Mapping[str, Look] = {
    **VERDICTS,
    WAITS: Look(_("Waits for confirmation"), "…", "#8f5e00", "#fdf7ea"),
}
"""The looks of the verdicts, and of a review that asks for no judgement but for a confirmation."""


def look_of(finding: Finding) -> str:
    """Choose which of `LOOKS` a finding is shown with."""
    return WAITS if finding.only_waits else str(finding.verdict)


@dataclass(frozen=True, slots=True)
class LegendGroup:
    """One entry of the legend of land: its name and its quiet fill."""

    title: Text
    fill: str


LAND: Mapping[str, LegendGroup] = {
    "paddy": LegendGroup(_("Paddy"), "#bfe3c3"),
    "dry": LegendGroup(_("Dry and irrigated fields"), "#f3e7b4"),
    "orchard": LegendGroup(_("Orchards and tea"), "#d9e89c"),
    "forest": LegendGroup(_("Forest"), "#8fbf8f"),
    "grass": LegendGroup(_("Grassland"), "#cfe0ae"),
    "facility": LegendGroup(_("Other agricultural land"), "#e3d3ae"),
    "construction": LegendGroup(_("Built-up land"), "#e9b6ae"),
    "road": LegendGroup(_("Roads"), "#fbfaf6"),
    "water": LegendGroup(_("Water"), "#a9cfe9"),
    "unused": LegendGroup(_("Idle hills, slopes and flats"), "#d6cec3"),
    "unknown": LegendGroup(_("Unknown land class"), "#ffffff"),
}

USES: Mapping[str, LegendGroup] = {
    "residential": LegendGroup(_("Planned: housing"), "#f6d55c"),
    "public": LegendGroup(_("Planned: public services"), "#e58bb5"),
    "commerce": LegendGroup(_("Planned: commerce and services"), "#e0604f"),
    "industry": LegendGroup(_("Planned: industry and storage"), "#a9826a"),
    "traffic": LegendGroup(_("Planned: roads and utilities"), "#9aa3ab"),
    "green": LegendGroup(_("Planned: green space"), "#57a95b"),
    "reserve": LegendGroup(_("Planned: other construction"), "#8797c4"),
    "other": LegendGroup(_("Planned: no construction"), "#ffffff"),
}

NO_CONSTRUCTION = "other"
"""The group of planned uses that are not for building; drawn faintly."""

# Prefixes, the longest that fits wins. Second and Third Survey number alike, but for wetlands.
_SURVEY = {
    "0101": "paddy", "01": "dry", "02": "orchard", "03": "forest", "04": "grass",
    "05": "construction", "06": "construction", "07": "construction", "08": "construction",
    "09": "construction", "10": "road", "11": "water", "1105": "unused", "1106": "unused",
    "1108": "unused", "12": "unused", "1201": "construction", "1202": "facility",
    "1203": "facility", "20": "construction",
}  # fmt: skip
_GUIDE = {
    "0101": "paddy", "01": "dry", "02": "orchard", "03": "forest", "04": "grass", "05": "unused",
    "0501": "forest", "0502": "forest", "0507": "forest", "06": "facility", "0601": "road",
    "07": "construction", "08": "construction", "09": "construction", "10": "construction",
    "11": "construction", "12": "road", "13": "construction", "14": "construction",
    "15": "construction", "16": "construction", "17": "water", "18": "water", "23": "unused",
}  # fmt: skip
_USES = {
    "07": "residential", "08": "public", "09": "commerce", "10": "industry", "11": "industry",
    "12": "traffic", "13": "traffic", "14": "green", "15": "reserve", "16": "reserve",
}  # fmt: skip
_SURVEY_USES = {
    "05": "commerce", "06": "industry", "07": "residential", "08": "public", "0810": "green",
    "0809": "traffic", "09": "reserve", "10": "traffic", "1006": "other", "20": "reserve",
}  # fmt: skip

# A land-class group of a scheme of one's own, or one of the three classes.
_BY_CLASS = {
    "paddy": "paddy", "cultivated": "dry", "agricultural": "facility", "construction":
    "construction", "unused": "unused", "农用地": "facility", "建设用地": "construction",
    "未利用地": "unused",
}  # fmt: skip


def _longest(prefixes: Mapping[str, str], code: str) -> str | None:
    for end in range(len(code), 1, -1):
        if code[:end] in prefixes:
            return prefixes[code[:end]]
    return None


@lru_cache(maxsize=4096)
def land_group(code: str | None, three_class: str | None, scheme: str | None) -> str:
    """Find a land class its group in the legend; the three classes decide where the code does not.

    Parameters
    ----------
    code
        The class, in the numbers of its scheme.
    three_class
        The one of the three classes that it belongs to, or a group of a scheme of one's own.
    scheme
        The name of the scheme; None for one of one's own.

    Examples
    --------
    >>> land_group("0101", "农用地", "sandiao-2019"), land_group("0307K", None, "sandiao-2019")
    ('paddy', 'forest')
    >>> land_group("11100", "construction", None), land_group(None, None, None)
    ('construction', 'unknown')
    """
    known = {"sandiao-2019": _SURVEY, "gbt21010-2017": _SURVEY, "guide-2023": _GUIDE}
    prefixes = known.get(scheme or "", {})
    return _longest(prefixes, code or "") or _BY_CLASS.get(three_class or "", "unknown")


@lru_cache(maxsize=4096)
def use_group(code: str | None, three_class: str | None, scheme: str | None) -> str:
    """Find a planned use its group in the legend.

    Parameters
    ----------
    code
        The use, in the numbers of its scheme.
    three_class
        The one of the three classes that it belongs to; what is not construction is one group.
    scheme
        The name of the scheme; None for one of one's own.

    Examples
    --------
    >>> use_group("0701", "建设用地", "guide-2023"), use_group("0101", "农用地", "guide-2023")
    ('residential', 'other')
    """
    if three_class not in ("建设用地", "construction"):
        return "other"
    known = {"guide-2023": _USES, "sandiao-2019": _SURVEY_USES, "gbt21010-2017": _SURVEY_USES}
    return _longest(known.get(scheme or "", {}), code or "") or "reserve"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One tile of a hatch: a path in a square of `size`, stroked (or filled, where `dots`).

    A pattern without a path is a frame: an outline in dashes, for land that holds what is hatched.
    """

    size: int
    path: str
    width: float
    dots: bool = False
    dash: str = ""


PATTERNS: Mapping[str, Pattern] = {
    "rising": Pattern(8, "M-2,2L2,-2M0,8L8,0M6,10L10,6", 2.2),
    "falling": Pattern(8, "M-2,6L2,10M0,0L8,8M6,-2L10,2", 1.5),
    "crossed": Pattern(10, "M0,0L10,10M10,0L0,10", 1.1),
    "upright": Pattern(7, "M3.5,0V7", 1.5),
    "level": Pattern(7, "M0,3.5H7", 1.5),
    "dots": Pattern(8, "M2,2m-1.4,0a1.4,1.4 0 1,0 2.8,0a1.4,1.4 0 1,0 -2.8,0"
                    "M6,6m-1.4,0a1.4,1.4 0 1,0 2.8,0a1.4,1.4 0 1,0 -2.8,0", 0, dots=True),
    "grid": Pattern(9, "M4.5,0V9M0,4.5H9", 1.1),
    "sparse": Pattern(14, "M-3,3L3,-3M0,14L14,0M11,17L17,11", 2.6),
    "steep": Pattern(12, "M0,12L6,0M6,12L12,0", 1.4),
    "dashes": Pattern(10, "M1,3H6M6,8H11M-4,8H1", 1.6),
}  # fmt: skip


FRAMES: Mapping[str, Pattern] = {
    "frame": Pattern(8, "", 2.4),
    "frame-dashed": Pattern(8, "", 2.4, dash="8 4"),
    "frame-dotted": Pattern(8, "", 2.6, dash="2.4 3"),
    "frame-mixed": Pattern(8, "", 2.4, dash="9 3 2.4 3"),
    "frame-long": Pattern(8, "", 2.4, dash="16 5"),
    "frame-fine": Pattern(8, "", 1.3),
}
"""Outlines for land that holds other land of the same finding: the base of a share, a wider measure."""

ALL_PATTERNS: Mapping[str, Pattern] = {**PATTERNS, **FRAMES}


@dataclass(frozen=True, slots=True)
class Hatch:
    """The sign of a measure: the name of a pattern, and a colour."""

    pattern: str
    colour: str

    @property
    def frame(self) -> bool:
        """Whether it is an outline, for land that holds what is hatched."""
        return self.pattern in FRAMES


COLOURS = (
    "#a11212", "#27588f", "#7a4b00", "#1b6b3a", "#6d28a8", "#0b6b75", "#9a3412", "#86198f", "#3f3f46",
)  # fmt: skip
"""Colours of signs, dark enough for a white letter on them."""


def fills() -> list[str]:
    """Write the fills of land and planned uses as style rules."""
    return [
        *(f".land-{key}{{fill:{group.fill}}}" for key, group in LAND.items()),
        *(f".plan-{key}{{fill:{group.fill};fill-opacity:{0 if key == 'other' else 0.38}}}"
          for key, group in USES.items()),
    ]  # fmt: skip


def signs(named: Iterable[Sequence[ReasonFigure]]) -> dict[str, Hatch]:
    """Choose the sign of every measure that some reason names: one in the whole run.

    `named` gives the measures of each finding. No two of one finding share a pattern while there are
    enough, so that they differ without their colour; what holds others is an outline.
    """
    drawn = ([figure for figure in figures if figure.pieces] for figures in named)
    # many towns have the same measures: each set of them once
    unlike = {tuple((each.measure, each.role) for each in figures): figures for figures in drawn}
    findings = list(unlike.values())
    wholes = {name for figures in findings for name in framed(figures)}
    chosen: dict[str, Hatch] = {}
    for name in dict.fromkeys(figure.measure for figures in findings for figure in figures):
        beside = [
            chosen[figure.measure]
            for figures in findings
            if any(each.measure == name for each in figures)
            for figure in figures
            if figure.measure in chosen
        ]
        patterns = tuple(FRAMES if name in wholes else PATTERNS)
        pattern = _unlike(patterns, [sign.pattern for sign in beside], len(chosen))
        colour = _unlike(COLOURS, [sign.colour for sign in beside], len(chosen))
        chosen[name] = Hatch(pattern, colour)
    return chosen


def _unlike(choices: Sequence[str], taken: Sequence[str], number: int) -> str:
    """Choose the first that is not taken; where all are, the one that the number falls on.

    Parameters
    ----------
    choices
        What there is to choose from.
    taken
        What is in use beside it.
    number
        A number that grows from choice to choice.
    """
    free = [each for each in choices if each not in taken]
    return free[0] if free else choices[number % len(choices)]


def framed(figures: Sequence[ReasonFigure]) -> list[str]:
    """Name the measures of a finding that hold others of it: these are framed, not hatched."""
    decides = [figure.measure for figure in figures if figure.role == "decides"]
    parts = [figure for figure in figures if figure.role == "part"]
    holds = [figure.measure for figure in figures if figure.role in ("base", "wider")]
    return [*holds, *(decides if len(decides) == 1 and len(parts) > 1 else [])]


def letter(number: int) -> str:
    """Give the letter of a measure in its finding, the first A.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    last = chr(ord("A") + number % 26)
    return last if number < 26 else letter(number // 26 - 1) + last


UNCOVERED = Hatch("dots", "#5c5f63")
UNPLANNED = Hatch("dots", "#8a6d00")
REPAIRED = Hatch("grid", "#7a1fa2")


def measure_title(rulebook: Rulebook, name: str) -> Words | str:
    """Call a measure as its rulebook does, or by its name."""
    spec = rulebook.measure.get(name)
    return name if spec is None else spec.title
