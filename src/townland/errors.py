"""What can go wrong, one class a kind of thing that failed.

A message states what is wrong, where, what was expected and what to do, in the reader's language.
"""

from __future__ import annotations

from townland.i18n import DEFAULT_LANGUAGE, Words, render


class TownlandError(Exception):
    """The root of every error that townland raises on purpose; `exit_code` is the command's."""

    exit_code = 2

    def __init__(self, message: Words | str) -> None:
        super().__init__(message)
        self.message = message

    def render(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """The message in `lang`."""
        return render(self.message, lang)

    def __str__(self) -> str:
        return self.render()


class UnknownNameError(TownlandError, KeyError):
    """Something is named that does not exist: a town, a rule, a measure; a `KeyError` too."""


class CatalogError(TownlandError):
    """The layer catalog cannot be used."""


class LayerError(TownlandError):
    """A layer or a boundary file cannot be read."""


class CRSError(LayerError):
    """A coordinate reference system is missing, unknown or refused."""


class EncodingError(LayerError):
    """Text of a file cannot be decoded."""


class GeometryError(LayerError):
    """A geometry cannot be used, or its repair would change a figure."""


class RulebookError(TownlandError):
    """A rulebook cannot be used."""


class DossierError(TownlandError):
    """A town's dossier cannot be used."""


class ReportError(TownlandError):
    """An output cannot be written."""


class EngineError(TownlandError):
    """A self-check failed: two areas disagree, or a table does not close."""

    exit_code = 4


class UnguardedWarning(UserWarning):
    """GDAL was used before `import townland`, so that its guards do not hold in this process."""
