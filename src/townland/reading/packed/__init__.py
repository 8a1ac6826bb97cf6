"""Layers that were packed once: windows are read by row groups, in place of the source.

A packed file is GeoParquet of townland's own making (``townland layers pack``): the features in the
order of a Hilbert curve, with their boxes. What is read from it is to the last byte what would be read
from its source: the same rows in file order, the same numbers, issues, extent and encoding. The source
itself is hashed, and not read.
"""

from __future__ import annotations

from dataclasses import replace
from json import loads
from pathlib import Path

from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import LayerError
from townland.i18n import _
from townland.reading.digests import Digests
from townland.reading.format import Source
from townland.reading.formats import FORMATS
from townland.reading.packed.window import PackedReader
from townland.reading.packed.words import issue_from_json
from townland.reading.sealed import Held, cure_of, held, require_current
from townland.reading.sniff import local

LARGE = 10_000
"""From so many features on, it is worth a word that a layer is read whole each time."""


def worth_packing(source: Source, path: Path) -> bool:
    """Whether a large layer of the file `path` is read whole each time, be it by unpacking a zip."""
    if source.format.is_raster or not source.format.is_file or (source.features or 0) <= LARGE:
        return False
    return not source.indexed or source.path.resolve() != local(path).resolve()


def note_whole(spec: LayerSpec, source: Source, path: Path, digests: Digests | None) -> None:
    """Remember of a layer that it is worth packing, for who asks after a check.

    Parameters
    ----------
    spec, source
        The layer, and its opened file.
    path, digests
        The file, and where it is remembered; nowhere for None.
    """
    if digests is not None and worth_packing(source, path):
        digests.whole[spec.name] = source.features or 0


def packed_source(spec: LayerSpec, catalog: LayerCatalog, digests: Digests) -> Source:
    """The source of a layer whose packed file the catalog names.

    Parameters
    ----------
    spec, catalog
        The layer.
    digests
        The hashes of files.

    Raises
    ------
    LayerError
        The packed file is missing, damaged, of another format, of other content than the source holds
        now, or of other keys of the catalog.
    """
    given = local(catalog.resolve(spec.path))
    own = _held(spec, catalog.resolve(spec.packed or ""), digests)
    if not given.exists():
        raise LayerError(
            _(
                "{path}: there is no such file, which {packed} was packed from; a check hashes it",
                path=given.as_posix(),
                packed=own.path.as_posix(),
            )
        )
    require_current(own, spec, given, digests(given))
    return _source(own, given)


def _held(spec: LayerSpec, path: Path, digests: Digests) -> Held:
    """The packed file, whose seal is looked at once as long as the file stays the same.

    Parameters
    ----------
    spec, path
        The layer, and its packed file.
    digests
        Where seals are kept.
    """
    try:
        about = path.stat()
        key = f"{path}|{about.st_size}|{about.st_mtime_ns}|{about.st_ino}"
    except OSError:
        key = ""
    known = digests.packed.get(key)
    if known is None:
        known = held(path, cure_of(spec))
        digests.packed[key] = known
    return replace(known, cure=cure_of(spec))


def _source(own: Held, given: Path) -> Source:
    """The source as its format described it when it was packed; `given` is its file."""
    path = given.as_posix()
    about = own.sealed.described
    form = next((each for each in FORMATS if each.name == about.form), None)
    if form is None:
        raise own.damaged(about.form)
    reader = PackedReader(own, f"{path}{about.place}", form)
    return Source(
        path=given,
        place=reader.place,
        format=form,
        layer=about.layer,
        fields=tuple(about.fields),
        crs=about.crs,
        geometry_type=about.geometry_type,
        features=about.features,
        bounds=about.bounds,
        indexed=True,
        fetch=reader.fetch,
        encoding=about.encoding,
        encoding_declared=about.encoding_declared,
        issues=tuple(issue_from_json(each, path) for each in loads(about.issues)),
        starred=reader.starred if own.sealed.cells else None,
    )
