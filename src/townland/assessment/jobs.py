"""A tile of towns to be measured: what whoever does it must know, and where the result is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely

from townland.assessment.measurer import Measurer
from townland.assessment.parts import TownsPart
from townland.assessment.shelf import read_part, write_bytes, write_part
from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import ReportError
from townland.i18n import Text, _
from townland.issues import Issue
from townland.output.refused import unwritable
from townland.output.scratch import ScratchFolder
from townland.reading.digests import Digests
from townland.reading.stages import stage
from townland.rules.book.model import Rulebook
from townland.towns import Town


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is asked of all tiles alike. `drawn` says whether maps and evidence are written of them."""

    catalog: LayerCatalog
    rulebook: Rulebook
    on: dt.date
    digests: Digests
    accept_repairs: tuple[str, ...]
    drawn: bool

    def measurer(self) -> Measurer:
        """What measures tiles, and keeps no layer longer than one."""
        return Measurer(self.catalog, self.rulebook, on=self.on, digests=self.digests, keep_bytes=0)

    def inputs(self, version: str) -> dict[str, object]:
        """What the figures of every tile depend on, beside its towns, under the names of `batch.WHAT`.

        Raises
        ------
        LayerError
            A file is gone, or changed since it was hashed.
        """
        return {
            "version": version,
            "libraries": (
                shapely.geos_version_string, pyproj.proj_version_str, np.__version__,
            ),
            "day": self.on.isoformat(),
            "rulebook": self.rulebook.sha256,
            "catalog": self.catalog.sha256,
            "layers": {path: self.digests(file) for path, file in self.files().items()},
            "options": (sorted(self.accept_repairs), self.drawn),
        }  # fmt: skip

    def files(self) -> dict[str, Path]:
        """The files of the layers that are there, by their paths in the catalog.

        One that is not is told by whoever reads it, if anybody does.
        """
        return self._resolved(self.catalog.layer)

    def needed_files(self) -> dict[str, Path]:
        """Those of `files` that tiles are measured with: pictures lie behind maps only."""
        return self._resolved([spec for spec in self.catalog.layer if spec.role != "imagery"])

    def _resolved(self, specs: Sequence[LayerSpec]) -> dict[str, Path]:
        return {
            path: self.catalog.resolve(path)
            for spec in specs
            if spec.frame is None and spec.database is None
            for path in (spec.path, (spec.coverage_file or "").partition("|")[0])
            if path and self.catalog.resolve(path).exists()
        }


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Towns to be measured together, under the digest of all that their figures depend on.

    `known` are the issues of layers, by name, where they are known for all towns of the check already.
    """

    digest: str
    towns: tuple[Town, ...]
    known: Mapping[str, tuple[Issue, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder with the files of tiles that are done, and the key under which they are written.

    `scratch` is the folder where it is one for a while, which stays as long as something of it is read.
    """

    folder: Path
    key: bytes
    scratch: ScratchFolder | None = None

    def file(self, tile: Tile) -> Path:
        """The file of a tile."""
        return self.folder / f"{tile.digest}.part"

    def keep(self, part: TownsPart | bytes, tile: Tile, *, drawn: bool) -> None:
        """Write a part into the file of its tile.

        Parameters
        ----------
        part, tile
            The part, or what `part_bytes` made of it, and its tile.
        drawn
            Whether what is drawn of towns is written, too.

        Raises
        ------
        ReportError
            The disk does not allow it.
        """
        with unwritable(self.cannot_keep), stage(_("keeping what was measured")):
            if isinstance(part, bytes):
                write_bytes(part, self.file(tile), self.key)
            else:
                write_part(part, self.file(tile), self.key, drawn=drawn)

    def known(self, tile: Tile) -> TownsPart | None:
        """The part of a tile, where it was measured; None where its file is not as it was written."""
        return read_part(self.file(tile), self.key, self.scratch)

    def part(self, tile: Tile) -> TownsPart:
        """The part of a tile that was measured.

        Raises
        ------
        ReportError
            Its file is not what was written.
        """
        part = self.known(tile)
        if part is None:
            raise ReportError(self.cannot_keep(_("a file in it was changed or is gone")))
        return part

    def cannot_keep(self, reason: object) -> Text:
        """Why what was measured is not in the folder, and what to do."""
        if self.scratch is not None:
            return cannot_keep_for_a_while(self.folder, reason)
        return _(
            "{folder}: what was measured cannot be kept there ({reason}). Make room, or mend what is"
            " wrong; with --resume the run goes on from the towns that are done",
            folder=self.folder.as_posix(),
            reason=reason,
        )


Measuring = Generator[Tile, None, None]
"""Gives each tile when its result is on the shelf."""

Runner = Callable[[Job, Shelf, Sequence[Tile]], Measuring]
"""Measures tiles onto a shelf."""


def digest_of(inputs: Mapping[str, object], towns: Sequence[Town]) -> str:
    """The digest of all that the figures of a tile depend on: of equal ones the results are equal."""
    return hexdigest([sorted(inputs.items()), [facts_of(town) for town in towns]])


def hexdigest(value: object) -> str:
    """The SHA-256 of a value of JSON."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def facts_of(town: Town) -> tuple[object, ...]:
    """What a town's figures depend on."""
    return (
        town.code, town.name, shapely.to_wkb(town.boundary).hex(), town.crs.to_wkt(),
        town.input.sha256, town.dossier.model_dump_json(), town.crs_confirmed, town.accuracy_m,
        [issue.code for issue in town.issues],
    )  # fmt: skip


def measure(job: Job, measurer: Measurer, tile: Tile, shelf: Shelf) -> Tile:
    """Measure a tile onto a shelf.

    Parameters
    ----------
    job, measurer
        What is asked, and what measures it.
    tile, shelf
        The towns, and where the result is kept.
    """
    part = measurer.part(tile.towns, job.accept_repairs, known=tile.known)
    shelf.keep(part, tile, drawn=job.drawn)
    return tile


def here(job: Job, shelf: Shelf, tiles: Sequence[Tile], *, measurer: Measurer) -> Measuring:
    """Measure tiles in this process.

    Parameters
    ----------
    job, shelf, tiles
        What is asked, where the results are kept, and the tiles.
    measurer
        What measures them: one that keeps a bounded part of the layers, else another like it.
    """
    if not measurer.bounded:
        measurer = job.measurer()
    for tile in tiles:
        yield measure(job, measurer, tile, shelf)


def cannot_keep_for_a_while(folder: Path, reason: object) -> Text:
    """Why what was measured is not in a folder for a while, and what to do."""
    return _(
        "{folder}: what was measured cannot be kept there ({reason}). Make room, or name another folder"
        " with the variable XDG_CACHE_HOME",
        folder=folder.as_posix(),
        reason=reason,
    )
