"""A layer packed once for many checks: GeoParquet in the order of a Hilbert curve, with boxes and areas.

``features`` gives the rows, ``order`` sorts them in little memory, ``file`` writes them under a seal;
`townland.reading.packed` reads windows of what was written.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa

from townland.catalog import PACKED, LayerCatalog, LayerSpec, load_catalog, not_packed
from townland.errors import CatalogError, LayerError
from townland.i18n import Words, _
from townland.layers.pack import features, file
from townland.layers.pack.order import ordered
from townland.output.beside import beside
from townland.reading import source as sources
from townland.reading.digests import Digests
from townland.reading.format import Source
from townland.reading.sealed import asked_of, cure_of, held, unpacked
from townland.reading.sniff import local, sniff
from townland.reading.vector import layer_crs, opened, refuse_swapped, region_of

Progress = Callable[[Words, int, int], None]
"""Called with a sentence, what is done and how much there is."""


TOLD = 1 << 15
"""After about so many features it is told how far packing is."""


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """A packed file: of which layers, where it lies, and what the catalog must say of it.

    `packed` is its path from the catalog's folder; `left_out` are the columns of the source that it
    does not hold: those of personal data, and those that are computed when they are read.
    """

    names: tuple[str, ...]
    path: Path
    packed: str
    features: int
    row_groups: int
    size: int
    left_out: tuple[str, ...]


def layers_pack(
    catalog: LayerCatalog | Path | str,
    named: Sequence[str],
    *,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[PackedLayer, ...]:
    """Pack layers of a catalog, each into a file that appears whole or not at all.

    An older packed file of the layer is replaced. With the same source, catalog and versions its bytes
    are the same.

    Parameters
    ----------
    catalog
        A catalog, or the file of one.
    named
        Names of layers, roles, or files that the catalog names.
    out
        The folder to write into; without it a packed file lies where the catalog says, or beside its
        source.
    progress
        Called with a sentence, the features that are done, and all of them.

    Raises
    ------
    CatalogError
        The catalog is none, or does not know what is named.
    LayerError
        A layer is a raster or a table of a database, or cannot be read.
    ReportError
        A file cannot be written.
    """
    layers = catalog if isinstance(catalog, LayerCatalog) else load_catalog(catalog)
    digests = Digests()
    chosen = list(dict.fromkeys(each.name for name in named for each in _named(layers, name)))
    done: dict[Path, PackedLayer] = {}
    for name in chosen:
        spec = layers.named(name)
        found = _packed(spec, layers, out, digests=digests, progress=progress, known=done)
        done[found.path] = found
    return tuple(done.values())


def _named(catalog: LayerCatalog, name: str) -> list[LayerSpec]:
    """The layers that a name means: one of that name, those of the role, those of the file."""
    path = Path(name)

    def file_of(spec: LayerSpec) -> Path:
        """The file of a layer, in full."""
        return catalog.resolve(spec.path).resolve()

    for chosen in (
        [spec for spec in catalog.layer if spec.name == name],
        list(catalog.of_role(name)),
        [
            spec
            for spec in catalog.layer
            if not _unpackable(spec) and file_of(spec) == path.resolve()
        ],
    ):
        vectors = [spec for spec in chosen if not _unpackable(spec)]
        if vectors:
            return vectors
        if chosen:
            raise CatalogError(not_packed(chosen[0].name))
    known = [spec.name for spec in catalog.layer if not _unpackable(spec)]
    near = get_close_matches(name, known, n=1)
    others = (*near, *(each for each in known if each not in near))
    raise CatalogError(
        _(
            "{catalog} names no layer, role or file {name}; its layers are {known}",
            catalog=catalog.path,
            name=name,
            known=", ".join(others) or "-",
        )
    )


def _unpackable(spec: LayerSpec) -> bool:
    return spec.is_raster or spec.database is not None or spec.frame is not None


def _packed(
    spec: LayerSpec,
    catalog: LayerCatalog,
    out: Path | None,
    *,
    digests: Digests,
    progress: Progress | None,
    known: dict[Path, PackedLayer],
) -> PackedLayer:
    """Pack one layer, unless another of the same content was packed just now.

    Parameters
    ----------
    spec, catalog, out
        The layer, and the folder to write into.
    digests, progress
        The hashes of files; as `layers_pack`.
    known
        What was packed already.
    """
    given = local(catalog.resolve(spec.path))
    if sniff(given).is_raster:
        raise LayerError(
            _("{path}: a raster is not packed; name a layer of features", path=given.as_posix())
        )
    with opened(unpacked(spec), catalog, digests) as source:
        target = _target(spec, catalog, source, out)
        if target in known:
            same = known[target]
            return PackedLayer((*same.names, spec.name), *_rest(same))
        crs, _issues = layer_crs(
            source, spec.crs, spec.transform, region=lambda: region_of(catalog, digests, but=spec)
        )
        refuse_swapped(source, crs)
        in_degrees = crs.is_geographic and not spec.transform
        sources.check_degrees(source, source.bounds, geographic=in_degrees)
        if not source.features:
            raise LayerError(_("{place}: the layer holds no features to pack", place=source.place))
        plan = features.packing(spec, source, crs)
        groups = _written(plan, target, digests, given=given, progress=progress)
    absolute = target.is_absolute() and out is not None
    from_catalog = target if absolute else Path(os.path.relpath(target, Path(catalog.path).parent))
    return PackedLayer(
        (spec.name,),
        target,
        from_catalog.as_posix(),
        len(plan.bounds),
        groups,
        target.stat().st_size,
        tuple(each for each in source.fields if each not in plan.kept),
    )


def _rest(same: PackedLayer) -> tuple[Path, str, int, int, int, tuple[str, ...]]:
    return same.path, same.packed, same.features, same.row_groups, same.size, same.left_out


def _written(
    plan: features.Packing,
    target: Path,
    digests: Digests,
    *,
    given: Path,
    progress: Progress | None,
) -> int:
    """Write the packed file, and look whether it can be opened; the number of its row groups.

    Parameters
    ----------
    plan, target
        What is packed, and where.
    digests, given
        The hashes of files, and the source.
    progress
        As `layers_pack`.
    """
    sha256 = digests(given)
    with beside(target, (target.suffix,), replaces=True) as new, new.filled() as path:
        spill = new.partial / "sorting"
        spill.mkdir()
        rows = _told(features.tables(plan), plan, progress)
        sorted_rows = ordered(rows, len(plan.bounds), spill)
        groups = file.write(plan, sorted_rows, path, sha256=sha256, given=given.as_posix())
        shutil.rmtree(spill)
        digests.refuse_changed(given)
        held(path, cure_of(plan.spec))
    return groups


def _told(
    tables: Iterable[pa.Table], plan: features.Packing, progress: Progress | None
) -> Iterator[pa.Table]:
    """The tables, each told of when it is there.

    Parameters
    ----------
    tables, plan
        The rows, and what is packed.
    progress
        As `layers_pack`.
    """
    done = 0
    for table in tables:
        if progress is not None and done % TOLD < len(table):
            progress(_("packing {name}", name=plan.spec.name), done, len(plan.bounds))
        done += len(table)
        yield table


def _target(spec: LayerSpec, catalog: LayerCatalog, source: Source, out: Path | None) -> Path:
    """Where the packed file of a layer goes: as the catalog says, or beside its source.

    Parameters
    ----------
    spec, catalog
        The layer.
    source, out
        Its opened file, and the folder that the user names.
    """
    if spec.packed is not None and out is None:
        return catalog.resolve(spec.packed)
    given = catalog.resolve(spec.path)
    parts = [given.name]
    layers = source.format.layers
    if spec.layer is not None and (layers is None or len(layers(source.path, source.place)) > 1):
        parts.append(spec.layer)
    elif layers is not None and len(layers(source.path, source.place)) > 1:
        parts.append(source.layer or spec.name)
    twins = [each for each in catalog.layer if (each.path, each.layer) == (spec.path, spec.layer)]
    if any(asked_of(each) != asked_of(spec) for each in twins):
        parts.append(spec.name)
    name = ".".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", part) for part in parts)
    return (given.parent if out is None else out) / f"{name}{PACKED}"
