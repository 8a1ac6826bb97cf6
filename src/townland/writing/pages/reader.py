"""What every page asks for: sentences, names and numbers for a reader of one language."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import urlencode

from townland import terms
from townland.catalog.titles import layer_title
from townland.i18n import Words, _, render
from townland.measuring.rasters.slope import GROUP, Grade
from townland.reading.frame import NAME
from townland.reading.layer import Input
from townland.results import Assessment
from townland.rules.judging.finding import Finding
from townland.standards.class_names import class_words
from townland.writing.pages import closing, figures, look
from townland.writing.redaction import STRUCK


class Reader:
    """Puts sentences, names and numbers into the language of one reader."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def t(self, msgid: str, **params: object) -> str:
        """Give one of the catalog's sentences."""
        return _(msgid, **params).render(self.lang)

    def w(self, words: Words | str | None) -> str:
        """Put anything into words."""
        return "" if words is None else render(words, self.lang)

    def area(self, m2: Decimal | None, unit: str) -> str:
        """Print an area without its unit."""
        return figures.NOTHING if m2 is None else figures.plain(closing.printed(m2, unit))

    def number(self, value: Decimal | None) -> str:
        """Print a number as it stands."""
        return figures.NOTHING if value is None else figures.plain(value)

    def role(self, name: str) -> str:
        """Put a role into words."""
        return self.w(terms.role(name))

    def layer(self, name: str) -> str:
        """Put the name of a layer into words where it is a role's, else as it stands."""
        return self.w(layer_title(name))

    def layers(self, names: Iterable[str]) -> str:
        """Call several layers, one after another."""
        return self.t(", ").join(map(self.layer, names))

    def missing(self, name: str) -> str:
        """Put what a finding lacks into words: a role, or a field of the dossier."""
        return self.role(name) if name in terms.ROLES else self.w(terms.dossier_field(name))

    def three_class(self, name: str | None) -> str:
        """Put one of the three classes into words."""
        return self.w(terms.three_class(name))

    def land_class(self, name: str | None) -> str:
        """Name a class of land or a planned use, in English with its Chinese beside it."""
        return self.w(class_words(name)) if name else self.t("Unknown land class")

    def kind(self, group: str) -> str:
        """Put a kind of land that a grid distinguishes into words."""
        if group.startswith(GROUP):
            return self.w(_("cultivated, slope grade {grade}", grade=group.removeprefix(GROUP)))
        return self.w(terms.THREE_CLASSES.get(group) or terms.selector(group))

    def grade(self, grade: Grade) -> str:
        """Write a slope grade with its bounds."""
        return self.w(closing.grade_words(grade))


class AssessmentReader(Reader):
    """A reader of one assessment, who knows its measures and towns by name, and where its map lies."""

    def __init__(self, assessment: Assessment, lang: str, map_href: str | None) -> None:
        """Begin to read an assessment.

        Parameters
        ----------
        assessment
            What is read.
        lang
            The reader's language.
        map_href
            Where the map lies beside the page; None leaves the links out.
        """
        super().__init__(lang)
        self.assessment = assessment
        self.map_href = map_href

    def measure(self, name: str) -> str:
        """Call a measure as its rulebook does."""
        return self.w(look.measure_title(self.assessment.rulebook, name))

    def town_name(self, code: str | None) -> str:
        """Name a town by its code; None is all towns together."""
        for town in self.assessment.towns:
            if town.town.code == code:
                return town.town.name
        return self.t("All towns together")

    def file(self, read: Input) -> str:
        """Name the file of an input; a frame has none, and what is redacted tells none."""
        return read.path or (STRUCK if self.assessment.redacted else NAME)

    def map_link(self, finding: Finding | None = None, town: str | None = None) -> str | None:
        """Link the map, at the place of a finding or a town."""
        if self.map_href is None:
            return None
        code = finding.town if finding else town
        parts = {} if code is None else {"town": code}
        if finding:
            parts["rule"] = finding.rule
        return f"{self.map_href}#{urlencode(parts)}" if parts else self.map_href
