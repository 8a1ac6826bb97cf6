"""The record of a check in ``evidence.gpkg``: everything that is printed and drawn of it, exactly.

The table ``townland_record`` holds JSON (`codec`), a row for what all outputs need and one for each town
and each measure's pieces, which are read when they are asked for; ``townland_geometry`` holds geometries
(`shapes`). Pictures behind the map are tiles of the GeoPackage.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

import townland
from townland.assessment.shelf import StoredTable, StoredTown, StoredTrace, TownFrames, light
from townland.i18n import LANGUAGES
from townland.measuring import TownResult
from townland.measuring.boundary import Surroundings
from townland.measuring.piece_table import PieceTable
from townland.measuring.rasters.backgrounds import Background
from townland.results import Assessment
from townland.writing.record.codec import (
    Decoder,
    Encoder,
    Json,
    RecordError,
    digest_of,
    text_of,
)
from townland.writing.record.seal import seal_of
from townland.writing.record.shapes import ShapesReader, ShapesWriter, ShownShapes
from townland.writing.record.tiles import put_picture, take_picture

TABLE = "townland_record"
_MADE = f"CREATE TABLE {TABLE} (name TEXT PRIMARY KEY, content BLOB NOT NULL)"
_PUT = f"INSERT INTO {TABLE} VALUES (?, ?)"  # noqa: S608 - a constant
_GET = f"SELECT content FROM {TABLE} WHERE name = ?"  # noqa: S608 - a constant
HEAD, WHOLE = "head", "assessment"
BACKGROUND = "background_{number}"
HELD = 32
"""Of so many towns all pieces are held; of more each is read when it is asked for."""
LEAST, RATIO = 1 << 22, 100
"""A row holds at most so many bytes, or so many times its own; a county's hold 17 times theirs."""
FORM = 1
"""The form of the record; another one is not read."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a record says of itself.

    Attributes
    ----------
    version, lang, towns
        By which townland it was written, in which language, and how many towns it has.
    seal
        What `seal_of` gave when it was written.
    """

    version: str
    lang: str
    towns: int
    seal: str


def write_record(
    file: sqlite3.Connection, assessment: Assessment, shown: ShownShapes, lang: str
) -> None:
    """Write the record of a check into its evidence.

    Parameters
    ----------
    file
        The GeoPackage, in which the layers are already.
    assessment
        What is written.
    shown
        The geometries of the layers.
    lang
        The language of ``assessment.json``.
    """
    file.execute(_MADE)
    head = {
        "form": FORM,
        "townland_version": townland.__version__,
        "lang": lang,
        "towns": len(assessment.towns),
    }
    _RecordWriter(file, ShapesWriter(file, shown), lang).write(assessment)
    file.execute(_PUT, (HEAD, json.dumps({**head, "seal": seal_of(file)})))


class _RecordWriter:
    """Writes the rows of a record."""

    def __init__(self, file: sqlite3.Connection, shapes: ShapesWriter, lang: str) -> None:
        """Begin with no rows.

        Parameters
        ----------
        file, shapes
            The GeoPackage, and where geometries go.
        lang
            The language of titles.
        """
        self._file, self._shapes, self._lang = file, shapes, lang
        self._rows: dict[bytes, str] = {}
        self._pictures = 0
        self._encoder = Encoder(shapes, self._apart, _loaded)

    def write(self, assessment: Assessment) -> None:
        """Write what all outputs need, and before it the rows that it names."""
        self._put(WHOLE, text_of(self._encoder.document(assessment)))

    def _apart(self, value: object) -> Json:
        match value:
            case PieceTable():
                return {"$table": [self._row(_columns(value)), len(value)]}
            case TownResult():
                whole = self._encoder.record(_printed(value))
                return {"$town": [whole, self._row(_frames(value))]}
            case Background():
                self._pictures += 1
                name = BACKGROUND.format(number=self._pictures)
                put_picture(self._file, name, value, self._lang)
                without = self._encoder.record(replace(value, jpeg=b""))
                return {"$picture": [without, name]}
        return None

    def _row(self, value: object) -> str:
        """Write a value as a row of its own, unless one holds the same, and give its name."""
        encoder = Encoder(self._shapes, _without_ground(self._shapes))
        text = text_of(encoder.document(value))
        digest = digest_of(text)
        if digest not in self._rows:
            self._rows[digest] = f"part {len(self._rows) + 1}"
            self._put(self._rows[digest], text)
        return self._rows[digest]

    def _put(self, name: str, text: bytes) -> None:
        self._file.execute(_PUT, (name, zlib.compress(text)))


def _loaded(value: object) -> object:
    """A trace that lies in a file, read."""
    return value.loaded() if isinstance(value, StoredTrace) else value


def _without_ground(shapes: ShapesWriter) -> Callable[[object], Json]:
    """What writes the land beside a town as it is drawn, without the ground that it was cut of."""

    def apart(value: object) -> Json:
        if isinstance(value, Surroundings):
            return {"$beside": Encoder(shapes).document((value.boundary, value.frame))}
        return None

    return apart


def _columns(table: PieceTable) -> dict[str, object]:
    return {"columns": dict(table.columns), "geometry": table.geometry, "crs": table.crs}


def _printed(result: TownResult) -> TownResult:
    """What of a town is printed: what it was judged by lies in the findings."""
    return replace(light(result), contested=None)


def _frames(result: TownResult) -> TownFrames:
    """What of a town is drawn; what is cut of each role lies in the measures."""
    return TownFrames(
        result.land, result.planned, result.beside, result.uncovered, {}, result.unplanned
    )


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A row of a record, which is read when it is asked for."""

    path: Path
    name: str

    def load(self) -> object:
        """What was written there.

        Raises
        ------
        RecordError
            It is no row of a record.
        """
        with reading(self.path) as file:
            return self.read(file)

    def read(self, file: sqlite3.Connection) -> object:
        """What was written there, in an open file."""
        decoder = Decoder(ShapesReader(file), {"$beside": lambda content: _beside(file, content)})
        return decoder.document(content_of(file, self.name))


@dataclass(frozen=True, slots=True)
class TableRow(RecordRow):
    """A row that holds the pieces of a measure."""

    def read(self, file: sqlite3.Connection) -> PieceTable:
        """The pieces."""
        found = super(TableRow, self).read(file)
        if not isinstance(found, Mapping):
            raise RecordError(self.name)
        return PieceTable(**found)


def _whole(printed: TownResult, drawn: object) -> TownResult:
    """A town with what is drawn of it."""
    if not isinstance(drawn, TownFrames):
        raise RecordError("town")
    return replace(printed, **{each.name: getattr(drawn, each.name) for each in fields(drawn)})


def _beside(file: sqlite3.Connection, content: Json) -> Surroundings:
    """The land beside a town as it was drawn."""
    boundary, frame = Decoder(ShapesReader(file)).document(content)
    return Surroundings.drawn(boundary, frame)


def read_head(file: sqlite3.Connection) -> Head:
    """What a record says of itself.

    Raises
    ------
    RecordError
        There is no record, or one of another form.
    """
    row = file.execute(_GET, (HEAD,)).fetchone()
    try:
        head = json.loads(row[0])
        form, seal = head["form"], head.get("seal", "")
        found = Head(
            str(head["townland_version"]), str(head["lang"]), int(head["towns"]), str(seal)
        )
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as problem:
        raise RecordError(HEAD) from problem
    if form != FORM or found.lang not in LANGUAGES:
        raise RecordError(f"{form} {found.lang}")
    return found


def read_record(path: Path, file: sqlite3.Connection) -> Assessment:
    """The assessment that a record is of.

    Parameters
    ----------
    path, file
        The GeoPackage, and the same one opened.

    Raises
    ------
    RecordError
        There is none, or it is not as townland writes it.
    """
    few = read_head(file).towns <= HELD

    def table(content: Json) -> PieceTable:
        row = TableRow(path, content[0])
        return row.read(file) if few else StoredTable(row, content[1])

    def town(content: Json) -> TownResult:
        printed = decoder.record(content[0])
        if not isinstance(printed, TownResult):
            raise RecordError("town")
        row = RecordRow(path, content[1])
        return _whole(printed, row.read(file)) if few else StoredTown.of(printed, row)

    def picture(content: Json) -> Background:
        without = decoder.record(content[0])
        if not isinstance(without, Background):
            raise RecordError("picture")
        return replace(without, jpeg=take_picture(file, content[1]))

    apart = {"$table": table, "$town": town, "$picture": picture}
    decoder = Decoder(ShapesReader(file), apart)
    found = decoder.document(content_of(file, WHOLE))
    if not isinstance(found, Assessment):
        raise RecordError(WHOLE)
    return found


def content_of(file: sqlite3.Connection, name: str) -> Json:
    """The JSON of a row.

    Raises
    ------
    RecordError
        There is none.
    """
    row = file.execute(_GET, (name,)).fetchone()
    if row is None:
        raise RecordError(name)
    try:
        return json.loads(_inflated(row[0]).decode("utf-8", "surrogatepass"))
    except (zlib.error, TypeError, ValueError, RecursionError) as problem:
        raise RecordError(f"{name}: {problem}") from problem


def _inflated(content: bytes) -> bytes:
    """What a row holds, unless it is larger than any text of townland's makes of so few bytes.

    Raises
    ------
    ValueError
        It is.
    """
    most = max(LEAST, RATIO * len(content))
    inflating = zlib.decompressobj()
    text = inflating.decompress(content, most)
    if not inflating.eof:
        raise ValueError("larger than a record")
    return text


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage to read, in which nothing can be changed."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as file:
        yield file
