"""The packed file as it is written: row groups of bounded size, each hashed, and the seal at the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from townland.geodesy.crs import Bounds
from townland.layers.pack.features import SIDES, Packing
from townland.layers.pack.order import POSITION
from townland.reading.formats import wkb
from townland.reading.packed.words import issue_as_json
from townland.reading.sealed import FORMAT, Described, Sealed, SealedGroup, asked_of, metadata_of

GROUP_ROWS = 256
GROUP_BYTES = 16 << 20
"""So much a row group holds, a single feature more; a window reads whole groups."""
MOST_GROUPS = 2_048
"""About so many groups a file has at most: of more features each holds more of them, since the whole
list of groups is read for every window."""


class _Hashing:
    """A stream that hashes what is written to it, from one cut to the next."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._start = self._end = 0
        self.closed = False

    def write(self, content: bytes) -> int:
        """Write and hash."""
        self._digest.update(content)
        self._end += len(content)
        return self._stream.write(content)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._end

    def flush(self) -> None:
        """Hand on what is written."""
        self._stream.flush()

    def close(self) -> None:
        """Leave the stream open: who opened it closes it."""

    def cut(self) -> tuple[int, int, str]:
        """The bytes since the latest cut: where they begin, where they end, and their hash."""
        found = (self._start, self._end, self._digest.hexdigest())
        self._start, self._digest = self._end, hashlib.sha256()
        return found


@dataclass(slots=True)
class _Kinds:
    """The types of geometry that a file holds, as GeoParquet names them."""

    names: set[str] = field(default_factory=set)
    measured: bool = False

    def add(self, geometry: pa.ChunkedArray) -> None:
        """Take the types of some geometries."""
        shapes = wkb.decoded(geometry.to_numpy())
        shapes = shapes[~shapely.is_missing(shapes)]
        self.measured |= bool(shapely.has_m(shapes).any())
        ids, deep = shapely.get_type_id(shapes), shapely.has_z(shapes)
        for number, high in {*zip(ids.tolist(), deep.tolist(), strict=True)}:
            self.names.add(_KIND_NAMES[number] + (" Z" if high else ""))


_KIND_NAMES = (
    "Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip


def write(plan: Packing, tables: Iterable[pa.Table], path: Path, *, sha256: str, given: str) -> int:
    """Write a packed file, and say how many row groups it has.

    Parameters
    ----------
    plan
        What is packed.
    tables
        Its rows in the order of their positions.
    path
        The file.
    sha256, given
        The hash of the source, and its path, which no byte of the file tells.
    """
    kinds, groups = _Kinds(), list[SealedGroup]()
    writer, columns = None, dict[str, str]()
    with path.open("wb") as stream:
        sink = _Hashing(stream)
        for table in _groups(tables, plan):
            if writer is None:
                writer = _writer(sink, plan, table.schema)
                columns = {each.name: str(each.type) for each in table.schema}
                sink.cut()
            kinds.add(table.column(plan.names.geometry))
            writer.write_table(table, row_group_size=len(table))
            start, end, digest = sink.cut()
            bounds = _bounds(table.column(plan.names.box))
            groups.append(
                SealedGroup(rows=len(table), start=start, end=end, sha256=digest, bounds=bounds)
            )
        if writer is None:
            raise ValueError("no features")
        sealed = _sealed(plan, groups, columns, sha256=sha256, given=given)
        geo = json.dumps(_geo(plan, kinds), ensure_ascii=False, sort_keys=True).encode()
        writer.add_key_value_metadata({b"geo": geo, **metadata_of(sealed)})
        writer.close()
    return len(groups)


def _writer(sink: _Hashing, plan: Packing, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of row groups; text is held once in each, coordinates as they are.

    Parameters
    ----------
    sink, plan
        Where it writes, and what.
    schema
        The columns.
    """
    names = plan.names
    texts = [each.name for each in schema if each.name not in _plain(plan)]
    return pq.ParquetWriter(
        sink,
        schema,
        compression="lz4",  # a third more bytes than zstd, unpacked in a third of its time
        use_dictionary=texts,
        write_statistics=[f"{names.box}.{side}" for side in SIDES],
        write_page_checksum=True,
    )


def _plain(plan: Packing) -> tuple[str, ...]:
    """The columns whose values differ from feature to feature."""
    names = plan.names
    return (names.row, names.feature, names.area, names.box, names.geometry)


def _groups(tables: Iterable[pa.Table], plan: Packing) -> Iterator[pa.Table]:
    """The rows of each row group, without their positions."""
    rows = max(GROUP_ROWS, -(-len(plan.bounds) // MOST_GROUPS))
    for table in tables:
        lengths = pc.binary_length(table.column(plan.names.geometry)).fill_null(0).to_numpy()
        plain = table.drop_columns(POSITION)
        start = size = 0
        for at, length in enumerate(lengths.tolist()):
            if at > start and (at - start >= rows or size + length > GROUP_BYTES):
                yield plain.slice(start, at - start)
                start, size = at, 0
            size += length
        yield plain.slice(start)


def _bounds(column: pa.ChunkedArray) -> Bounds | None:
    """The box around the boxes of a row group."""
    west, south, east, north = (pc.min_max(side).as_py() for side in _sides(column))
    if west["min"] is None:
        return None
    return west["min"], south["min"], east["max"], north["max"]


def _sides(column: pa.ChunkedArray) -> list[pa.ChunkedArray]:
    """West, south, east and north of a column of boxes."""
    return list(column.flatten())


def _geo(plan: Packing, kinds: _Kinds) -> dict[str, object]:
    """The metadata of GeoParquet 1.1, with the column of boxes as covering."""
    names = plan.names
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": [] if kinds.measured else sorted(kinds.names),
        "crs": plan.crs.to_json_dict(),
        "covering": {"bbox": {side: [names.box, side] for side in SIDES}},
    }
    placed = plan.bounds[np.isfinite(plan.bounds).all(axis=1)]
    if len(placed):
        column["bbox"] = [*placed[:, :2].min(axis=0).tolist(), *placed[:, 2:].max(axis=0).tolist()]
    return {
        "version": "1.1.0",
        "primary_column": names.geometry,
        "columns": {names.geometry: column},
    }


def _sealed(
    plan: Packing, groups: list[SealedGroup], columns: dict[str, str], *, sha256: str, given: str
) -> Sealed:
    """All that the file says of itself.

    Parameters
    ----------
    plan, groups, columns
        What was packed, its row groups, and the types of its columns.
    sha256, given
        As `write`.
    """
    source = plan.source
    issues = [issue_as_json(issue, given) for issue in source.issues]
    described = Described(
        form=source.format.name,
        place=source.place.removeprefix(given),
        layer=source.layer,
        fields=list(source.fields),
        crs=source.crs,
        geometry_type=source.geometry_type,
        features=len(plan.bounds),
        bounds=source.bounds,
        encoding=source.encoding,
        encoding_declared=source.encoding_declared,
        issues=json.dumps(issues, ensure_ascii=False),
    )
    return Sealed(
        format=FORMAT,
        townland=version("townland"),
        sha256=sha256,
        asked=asked_of(plan.spec),
        described=described,
        names=plan.names,
        kept=list(plan.kept),
        cells=dict(plan.cells),
        curves=plan.curves,
        closed=plan.closed,
        cell_warnings=[(*key, texts) for key, texts in plan.cell_warnings.items()],
        warnings=[text.replace(source.path.as_posix(), given) for text in plan.warnings],
        columns=columns,
        groups=groups,
    )
