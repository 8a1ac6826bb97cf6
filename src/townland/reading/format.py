"""A format as a record: by what its files are recognised, when they are whole, how they are read.

Each module of `townland.reading.formats` makes one record, and the table `formats.FORMATS` lists them.
Everything else reads the record; nothing asks for a format by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from townland.geodesy.crs import Bounds
from townland.i18n import Joined, Text
from townland.issues import Issue
from townland.reading.rows import Rows, Whole

Widths: TypeAlias = Mapping[str, tuple[int | None, int | None]]
"""Width and decimals of columns by their names; what is not set is None, or left out."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""The byte order marks of UTF-16."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A file before any library opens it: its first bytes and its size in bytes.

    `place` is how messages name it: it may have come out of a zip. Of a folder, `head` is empty and
    `size` 0.
    """

    path: Path
    place: str
    head: bytes = b""
    size: int = 0

    @property
    def suffix(self) -> str:
        """The ending of its name, in small letters."""
        return self.path.suffix.lower()

    @property
    def start(self) -> bytes:
        r"""The beginning of a text in ASCII, without byte order mark, separators and blanks.

        >>> Probe(Path("a.json"), "a.json", b"\xef\xbb\xbf\r\n {}").start
        b'{}'
        """
        head = self.head
        if head.startswith(UTF_16):
            even = head[: len(head) // 2 * 2]
            head = even.decode("utf-16", "replace").encode("ascii", "replace")
        return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")

    @property
    def is_plain_text(self) -> bool:
        """Whether it is text, and no XML."""
        text = self.head.startswith(UTF_16) or b"\x00" not in self.head
        return text and not self.start.startswith(b"<")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks of a file: a layer by name, the name to prefer without one, an encoding.

    `columns` are those of a table of points, by what they hold; None where their headings say it.
    """

    layer: str | None = None
    prefer: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] | None = None


class Fetch(Protocol):
    """Read columns of the features whose bounding box meets one of `boxes`, or of all for None.

    Each feature comes once, in file order. Without `shapes` the geometries may be left out (None).
    """

    def __call__(
        self,
        columns: Sequence[str],
        boxes: Sequence[Bounds] | None,
        *,
        shapes: bool = True,
    ) -> Rows:
        """The rows, with just these columns.

        Parameters
        ----------
        columns
            The columns to read, as the file names them.
        boxes
            Boxes in the coordinates of the file.
        shapes
            Whether the geometries are wanted.
        """
        ...


class Pick(Protocol):
    """Read columns and geometries of single features, in file order."""

    def __call__(
        self, columns: Sequence[str], keys: NDArray[np.int64], at: NDArray[np.int64]
    ) -> Rows:
        """The rows, with just these columns.

        Parameters
        ----------
        columns
            The columns to read, as the file names them.
        keys, at
            The key of each feature, as `Direct.scan` gave it, and its position in the file, ascending.
        """
        ...


NONE_CHANGED: NDArray[np.int64] = np.array([], np.int64)
"""The numbers of no feature."""


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """Some features in file order, and which of them reading gives another shape than the file does.

    `curves` are the numbers of the features whose curves became chords, `closed` of those whose rings
    were closed or dropped.
    """

    rows: Rows
    curves: NDArray[np.int64] = field(default_factory=NONE_CHANGED.copy)
    closed: NDArray[np.int64] = field(default_factory=NONE_CHANGED.copy)


@dataclass(frozen=True, slots=True)
class Direct:
    """How a file gives all its features once, and then single ones, without any index of its own.

    `scan` goes through the file in its order and gives keys and geometries, a batch at a time; a key is
    whatever lets `pick` come back to the feature. `stream` does so with columns, too, so many features
    at a time. `by_index` gives the numbers of the features near a box by the file's own index, None
    where it has none: only to say what the index misses.
    """

    scan: Callable[[], Iterator[tuple[NDArray[np.int64], NDArray[np.object_]]]]
    pick: Pick
    stream: Callable[[Sequence[str], int], Iterator[Streamed]]
    by_index: Callable[[Bounds], NDArray[np.int64]] | None = None


class ReadWhole(Protocol):
    """Read all features of a file at once; `place` is how messages name it."""

    def __call__(self, file: Path, place: str, *, layer: str | None, encoding: str | None) -> Whole:
        """The features, and what the file says of itself.

        Parameters
        ----------
        file, place
            The file, and how messages name it.
        layer, encoding
            What the user asks for, None for nothing.
        """
        ...


class ReadColumns(Protocol):
    """Read all features of a table of points whose columns the user names."""

    def __call__(
        self,
        file: Path,
        place: str,
        *,
        layer: str | None,
        encoding: str | None,
        columns: Mapping[str, str] | None,
    ) -> Whole:
        """The features, and what the file says of itself.

        Parameters
        ----------
        file, place
            The file, and how messages name it.
        layer, encoding, columns
            What the user asks for, None for nothing.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a layer's file says of itself.

    `path` is the file on disk (unpacked where it was zipped), `place` how messages name it. `features`
    and `bounds` are None where the format does not give them cheaply; `indexed` says whether a window
    is read without the rest. `crs` is the text that the file declares, None where it declares none.
    `fetch` never believes an index of the file: without `direct` it reads the file whole and chooses.
    `starred` gives the rows whose cell in a column holds asterisks in place of a number, None where the
    format has none; `raw_cells` gives, for rows of `Direct.stream`, the text of the cells of columns of
    numbers that hold asterisks or no number, None elsewhere; `put_right` gives such rows with these
    cells as text, as `fetch` has them. `sides` gives west, south, east and north of all features, in
    file order, where windows rest on them; `parts` gives all features as `Direct.stream`, and refuses a
    file that loses some or changes meanwhile.
    """

    path: Path
    place: str
    format: Format
    layer: str | None
    fields: tuple[str, ...]
    crs: str | None
    geometry_type: str
    features: int | None
    bounds: Bounds | None
    indexed: bool
    fetch: Fetch
    direct: Direct | None = None
    encoding: str | None = None
    encoding_declared: str | None = None
    issues: tuple[Issue, ...] = ()
    starred: Callable[[Rows, str], NDArray[np.bool_]] | None = None
    raw_cells: Callable[[Rows], Mapping[str, NDArray[np.object_]]] | None = None
    put_right: Callable[[Rows], Rows] | None = None
    sides: Callable[[], NDArray[np.float64]] | None = None
    parts: Callable[[Sequence[str], int], Iterator[Streamed]] | None = None

    def number(self, fid: int) -> int:
        """The number of a feature as people count, from 1."""
        return fid + 1 - self.format.numbered_from


def no_faults(_probe: Probe) -> Iterator[Text]:
    """The faults of a format of which nothing is known without reading it."""
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Format:
    """One format that is read.

    Its files
        `name` is the word for it in code and tests; `titles` are what messages call it, one for each
        kind of file. The first of `suffixes` is the usual one. `recognises` decides by the first bytes
        (formats are asked in the order of the table), `faults` gives what makes a recognised file
        unusable before any library opens it: it is cut off, a side file is missing. `data_files` and
        `index_files` are the suffixes of the files of which one layer consists, the main one first,
        and of the indexes that any program may have left beside them. `folder_of` is the pattern of
        the files by which a folder of this format is recognised.
    Reading
        `open` describes one layer, `read` reads a file whole; a format has one of them, or neither
        where it holds no features. `read_columns` does so for a table whose columns the user names.
        `drivers` are those of GDAL that may open it, `layers` lists name and geometry type of each
        layer of a file that may have several. `numbered_from` is the number that the format gives its
        first feature; `numbers_by_column` says that a filter names the column in which they stand.
        `columns_alone` says whether columns are read without the geometry beside them.
    Its part among others
        `is_raster`, `is_archive` (files within a file) and `is_file` (False: a database) say what it
        is. A format with `secondary` does not count in a zip that holds a layer of another format,
        since a layer was made from it or it from a layer; `main_member` is the name of the one file
        that counts in a zip. Where letters and lists have the same suffixes, `is_layer` says of the
        first bytes whether they can only be those of a layer. `states_encoding` says whether a
        catalog that is proposed states the encoding that was found in the text. `widest_text` is the
        most that a column of text can hold, in bytes of that encoding; None where the format sets none.
        `widths` gives the widths of its columns where fiona is not installed; None where fiona alone
        reads them.
    """

    name: str
    titles: tuple[str | Text, ...]
    recognises: Callable[[Probe], bool]
    suffixes: tuple[str, ...] = ()
    faults: Callable[[Probe], Iterator[Text]] = no_faults
    data_files: tuple[str, ...] = ()
    index_files: tuple[str, ...] = ()
    folder_of: str | None = None

    open: Callable[[Format, Path, str, Request], Source] | None = None
    read: ReadWhole | None = None
    read_columns: ReadColumns | None = None
    drivers: tuple[str, ...] = ()
    layers: Callable[[Path, str], list[tuple[str, str]]] | None = None
    numbered_from: int = 0
    numbers_by_column: bool = False
    columns_alone: bool = False

    is_raster: bool = False
    is_archive: bool = False
    is_file: bool = True
    secondary: bool = False
    main_member: str | None = None
    is_layer: Callable[[bytes], bool] | None = None
    states_encoding: bool = False
    widest_text: int | None = None
    widths: Callable[[Source], Widths] | None = None

    def __repr__(self) -> str:
        return f"<format {self.name}>"

    @property
    def title(self) -> Joined:
        """What messages call it: ``GeoPackage``, ``CSV/XLSX``."""
        return Joined(self.titles, "/")

    @property
    def side_files(self) -> tuple[str, ...]:
        """The suffixes of the files that may lie beside the main one."""
        return (*self.data_files[1:], *self.index_files)
