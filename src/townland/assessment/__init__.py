"""The check of towns against a rulebook, as the library is asked for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from townland.assessment.batch import Batch, check_in_tiles
from townland.assessment.measurer import Measurer
from townland.assessment.parts import made_ready
from townland.assessment.steps import Progress, counted, silent
from townland.assessment.tiles import MOST_TOWNS
from townland.catalog import LayerCatalog
from townland.i18n import _
from townland.results import Assessment
from townland.rules.book.model import Rulebook
from townland.towns import Town


class Checker(Measurer):
    """Checks of towns against one rulebook on one day, by layers that are read once.

    What lies within what was read before is not read again: a second town of the same place, or a
    boundary that was moved there. A file that changes meanwhile is refused; make a new `Checker`.

    Parameters
    ----------
    catalog, rulebook
        As `load_catalog` and `load_rulebook` give them.
    on
        The day whose law counts, as a date or as text, ``YYYY-MM-DD``.
    digests
        The hashes of files, whose `Digests.remembered` says afterwards which an earlier run computed.
    keep_bytes
        How much of the layers is kept for a later check, about; None for all that was read. What was
        asked for longest ago goes first, the latest stays. With a number, more towns than a tile has
        are measured tile by tile, and what is drawn of a town is read from a folder for a while when
        it is asked for, so that memory does not grow with their number; layers in a database are read
        at once all the same. The folder lies in the user's cache folder, else in the system's, and
        goes with the last town or finding that reads from it.

    Raises
    ------
    TownlandError
        The day is none, or a raster cannot be opened.
    RulebookError
        No rule is in force on that day.

    Examples
    --------
    ::

        checker = tl.Checker(catalog, rulebook, on="2018-12-31")
        first, second = checker.check(towns), checker.check(moved_towns)
    """

    def under(self, rulebook: Rulebook, *, on: dt.date | str) -> Checker:
        """A checker of the same layers, as far as they were read, by another rulebook or another day.

        The latest towns are not measured again where the other rulebook measures the same.

        Raises
        ------
        TownlandError, RulebookError
            As the class.
        """
        other = Checker(
            self.catalog, rulebook, on=on, digests=self.digests, keep_bytes=self._keep_bytes
        )
        other._layers, other._rasters = self._layers, self._rasters
        other._towns = self._towns
        return other

    def __repr__(self) -> str:
        return f"<Checker of {len(self.catalog.layer)} layers on {self.on}>"

    def check(
        self,
        towns: Sequence[Town],
        *,
        accept_repairs: Collection[str] = (),
        progress: Progress = silent,
    ) -> Assessment:
        """Check towns, as `townland.check` does, to the same bytes.

        Parameters
        ----------
        towns
            As `read_towns` gives them.
        accept_repairs
            ``LAYER:FEATURE`` of geometry repairs to accept though they change a protected area.
        progress
            Called with a sentence, the steps done and all steps.

        Raises
        ------
        TownlandError
            As `townland.check`; with `keep_bytes` also what of many towns cannot be kept on the disk.
        """
        if self.bounded and len(towns) > MOST_TOWNS and not self.in_database:
            batch = Batch.for_a_while()
            return check_in_tiles(
                self, towns, batch, accept_repairs=accept_repairs, progress=progress
            )
        steps = len(self._specs()) + len(self._rastered) + len(towns)
        step = counted(progress, steps)
        ready = made_ready(towns, self.catalog, accept_repairs)
        part = self.part(ready.towns, accept_repairs, step=step)
        assessment = self.joined(ready, [part], accept_repairs)
        progress(_("checked"), steps, steps)
        return assessment


def check(
    towns: Sequence[Town],
    catalog: LayerCatalog,
    rulebook: Rulebook,
    *,
    on: dt.date | str,
    accept_repairs: Collection[str] = (),
    progress: Progress = silent,
) -> Assessment:
    """Check towns against the clauses that are in force on a day.

    Parameters
    ----------
    towns
        As `read_towns` gives them.
    catalog, rulebook
        As `load_catalog` and `load_rulebook` give them.
    on
        The day whose law counts, as a date or as text, ``YYYY-MM-DD``.
    accept_repairs
        ``LAYER:FEATURE`` of geometry repairs to accept though they change a protected area.
    progress
        Called with a sentence, the steps done and all steps.

    Raises
    ------
    TownlandError
        An input cannot be used (`CatalogError`, `LayerError`, `RulebookError`), or a self-check
        failed (`EngineError`). A town that breaks a rule is a finding, never an error.

    """
    checker = Checker(catalog, rulebook, on=on)
    return checker.check(towns, accept_repairs=accept_repairs, progress=progress)
