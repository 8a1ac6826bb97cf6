"""What a packed file says of itself, under a seal: its source, its columns, its row groups.

It stands in the metadata of the Parquet file as JSON, with the SHA-256 of this JSON beside it. Of each
row group it holds where the bytes lie, their SHA-256, and the box around its features, so that neither
the statistics nor the footer of the file is believed: whoever lost or changed a byte is found out where
it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from townland.catalog import LayerSpec
from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import Text, _

FORMAT = 1
"""The number of this form of packed files, to be raised whenever reading gives other rows of a source:
files of another number are refused."""

KEY, SEAL = b"townland", b"townland:sha256"
"""The keys of the Parquet metadata."""

ASKED = (
    "layer", "encoding", "crs", "transform", "scheme", "classes", "class_column",
)  # fmt: skip
"""The keys of a layer in the catalog on which the content of its packed file depends."""


class _Frozen(BaseModel):
    """A record of the seal; its JSON needs no reading twice, since the seal holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class SealedGroup(_Frozen):
    """A row group: its rows, its bytes in the file, their hash, and the box around its features."""

    rows: int
    start: int
    end: int
    sha256: str
    bounds: Bounds | None


class Described(_Frozen):
    """The source as its format described it; `place` is what stands behind its path in messages.

    `issues` are JSON (`words.issue_as_json`).
    """

    form: str
    place: str
    layer: str | None
    fields: list[str]
    crs: str | None
    geometry_type: str
    features: int
    bounds: Bounds | None
    encoding: str | None
    encoding_declared: str | None
    issues: str


class Names(_Frozen):
    """The columns that are townland's own: position and number of a feature in its file, box, geometry.

    What a reading does not ask for is None where the file has no such column: official area, validity,
    code and name of the land class.
    """

    row: str
    feature: str
    box: str
    geometry: str
    area: str
    validity: str
    land_class: str | None
    land_name: str | None


class Sealed(_Frozen):
    """All that a packed file says of itself.

    `sha256` is the digest of the source, `asked` what the catalog said of the layer (`ASKED`). `cells`
    names, for columns of numbers, the column with the cells that hold none as they stand (raw text).
    `curves` and `closed` are the numbers of the features that reading gave another shape. `kept` are the
    source's columns that are in the file. `cell_warnings` are the words of the reading library on raw
    cells, by column and text, in the order in which they first come; `warnings` are its other words,
    which do not say of which feature they are.
    """

    format: int
    townland: str
    sha256: str
    asked: str
    described: Described
    names: Names
    kept: list[str]
    cells: dict[str, str]
    curves: list[int]
    closed: list[int]
    cell_warnings: list[tuple[str, str, list[str]]]
    warnings: list[str]
    columns: dict[str, str]
    groups: list[SealedGroup]


@dataclass(frozen=True, slots=True)
class Held:
    """A packed file whose seal is whole; `cure` says how to make it anew."""

    path: Path
    sealed: Sealed
    metadata: pq.FileMetaData
    cure: Text

    def damaged(self, reason: object) -> LayerError:
        """What to raise where its bytes are not those that were written."""
        return damaged(self.path, reason, self.cure)


def unpacked(spec: LayerSpec) -> LayerSpec:
    """A layer as its own file holds it, whatever was packed of it."""
    return spec if spec.packed is None else spec.model_copy(update={"packed": None})


def asked_of(spec: LayerSpec) -> str:
    """What the catalog says of a layer that decides the content of its packed file."""
    return json.dumps([getattr(spec, key) for key in ASKED], ensure_ascii=False, sort_keys=True)


def cure_of(spec: LayerSpec) -> Text:
    """How the packed file of a layer is made anew."""
    return _("pack the layer again: townland layers pack {name}", name=spec.name)


def metadata_of(sealed: Sealed) -> dict[bytes, bytes]:
    """The entries of the Parquet metadata that hold a seal."""
    text = sealed.model_dump_json().encode()
    return {KEY: text, SEAL: hashlib.sha256(text).hexdigest().encode()}


def held(path: Path, cure: Text) -> Held:
    """Open a packed file as far as its seal.

    Raises
    ------
    LayerError
        There is no such file, it is no packed file, of another format, or its seal is broken.
    """
    try:
        with pq.ParquetFile(path) as file:
            metadata, schema = file.metadata, file.schema_arrow
    except FileNotFoundError:
        raise LayerError(
            _("{path}: there is no such packed file; {cure}", path=path.as_posix(), cure=cure)
        ) from None
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise damaged(path, " ".join(str(problem).split())[:200], cure) from None
    entries = metadata.metadata or {}
    text = entries.get(KEY)
    if text is None:
        raise LayerError(
            _(
                "{path}: the Parquet file does not say of which layer it was packed, it is not"
                " townland's or was written anew by another program; {cure}",
                path=path.as_posix(),
                cure=cure,
            )
        )
    if hashlib.sha256(text).hexdigest().encode() != entries.get(SEAL):
        raise damaged(path, _("its description has another SHA-256"), cure)
    _require_format(path, text, cure)
    try:
        sealed = Sealed.model_validate_json(text)
    except ValidationError:
        raise damaged(path, _("its description cannot be read"), cure) from None
    found = Held(path, sealed, metadata, cure)
    _require_groups(found, schema)
    return found


def _require_format(path: Path, text: bytes, cure: Text) -> None:
    """Refuse a packed file of another format than this townland writes.

    Parameters
    ----------
    path, text
        The file, and its sealed description.
    cure
        How it is made anew.
    """
    about = _description(path, text, cure)
    if about.get("format") != FORMAT:
        raise LayerError(
            _(
                "{path}: packed by townland {version} in format {format}, and format {expected} is"
                " expected; {cure}",
                path=path.as_posix(),
                version=about.get("townland"),
                format=about.get("format"),
                expected=FORMAT,
                cure=cure,
            )
        )


def _description(path: Path, text: bytes, cure: Text) -> Mapping[str, object]:
    """The sealed description as a JSON object, of whatever format.

    Parameters
    ----------
    path, text, cure
        As for `_require_format`.
    """
    try:
        about = json.loads(text)
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict):
        raise damaged(path, _("its description cannot be read"), cure)
    return about


def _require_groups(own: Held, schema: pa.Schema) -> None:
    """Make sure that the footer has the columns and the row groups that were sealed."""
    metadata, groups = own.metadata, own.sealed.groups
    columns = {each.name: str(each.type) for each in schema}
    rows = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    if columns != own.sealed.columns or rows != [group.rows for group in groups]:
        raise own.damaged(_("its columns or row groups are not those that were written"))


def damaged(path: Path, reason: object, cure: Text) -> LayerError:
    """What to raise of a packed file whose bytes are not those that were written.

    Parameters
    ----------
    path, reason
        The file, and what was found.
    cure
        How it is made anew.
    """
    return LayerError(
        _(
            "{path}: the packed file is damaged ({reason}); {cure}",
            path=path.as_posix(),
            reason=reason,
            cure=cure,
        )
    )


def require_current(own: Held, spec: LayerSpec, source: Path, sha256: str) -> None:
    """Make sure that a file was packed from the source as it is, by the catalog as it is.

    Parameters
    ----------
    own, spec
        The packed file, and the layer that names it.
    source, sha256
        The layer's own file, and its hash now.

    Raises
    ------
    LayerError
        It was not.
    """
    was = own.sealed.sha256
    if was != sha256:
        raise LayerError(
            _(
                "{path}: packed from other content than {source} holds now (SHA-256 {was}… then, {now}…"
                " now); {cure}",
                path=own.path.as_posix(),
                source=source.as_posix(),
                was=was[:12],
                now=sha256[:12],
                cure=own.cure,
            )
        )
    if own.sealed.asked != asked_of(spec):
        raise LayerError(
            _(
                "{path}: packed when the catalog said something else of the layer {name} ({keys});"
                " {cure}",
                path=own.path.as_posix(),
                name=spec.name,
                keys=", ".join(_differing(own.sealed.asked, spec)),
                cure=own.cure,
            )
        )


def _differing(asked: str, spec: LayerSpec) -> Sequence[str]:
    """The keys of which the catalog said something else."""
    then, now = json.loads(asked), json.loads(asked_of(spec))
    return [key for key, *pair in zip(ASKED, then, now, strict=True) if pair[0] != pair[1]]
