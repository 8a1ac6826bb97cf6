"""A layer that is a table of PostGIS: one read-only snapshot, of which only the window is fetched.

The connection comes from the environment or the catalog and is never repeated: no message, no report and
no traceback names server, user or password.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from townland.catalog.database import Database
from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import Text, _
from townland.issues import Issue
from townland.reading.format import Source
from townland.reading.formats import database as record
from townland.reading.formats import wkb
from townland.reading.rows import Rows, finite

CHORD = 0.01
"""How far a chord may stand off a true curve, in the unit of the CRS: a centimetre in a plane."""
CHORD_DEGREES = 1e-7

_Row = tuple[str, str, str, int, str]
"""A geometry of a table: schema, table, column, SRID, type."""

CONNECT_S = 10
STATEMENT_S = 600

_TABLES = """
select f_table_schema, f_table_name, f_geometry_column, srid, type
from geometry_columns
where f_table_schema not in ('topology', 'tiger')
order by 1, 2, 3
"""
_COLUMNS = """
select a.attname, coalesce(i.indisprimary, false) and i.indnkeyatts = 1
         and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype),
       a.atttypid = 'geometry'::regtype,
       exists (select 1 from pg_index x join pg_class c on c.oid = x.indexrelid
                 join pg_am m on m.oid = c.relam
               where x.indrelid = a.attrelid and a.attnum = x.indkey[0]
                 and m.amname in ('gist', 'spgist'))
from pg_attribute a
left join pg_index i on i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey)
where a.attrelid = to_regclass(:table) and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""
_SRS = "select auth_name, auth_srid, srtext from spatial_ref_sys where srid = :srid"


@contextmanager
def opened(
    database: Database, *, name: str, layer: str | None, prefer: str | None = None
) -> Iterator[Source]:
    """Open one table of a database, for as long as the context lasts.

    Parameters
    ----------
    database, name
        The connection, and how the catalog calls it.
    layer, prefer
        ``schema.table`` or ``table``, in any case of letters, with ``(column)`` where a table has
        several geometries. It may be left out where the database has one table with geometry, or one
        called `prefer`.

    Raises
    ------
    LayerError
        The database cannot be reached, or it is not certain which table is meant, or it cannot be read.
    """
    place = f"db:{name}"
    engine = _engine(database, place)
    try:
        with _translated(place), engine.connect() as connection:
            yield _source(connection, place, layer, prefer)
    finally:
        engine.dispose()


def _engine(database: Database, place: str) -> sa.Engine:
    stated = database.url.get_secret_value() if database.url is not None else None
    if stated is None:
        variable = str(database.url_env)
        stated = os.environ.get(variable, "")
        if not stated:
            raise LayerError(
                _(
                    "{place}: the environment variable {variable}, which holds the connection, is not"
                    " set; set it to postgresql://user:password@server/database",
                    place=place,
                    variable=variable,
                )
            )
    try:
        url = sa.make_url(stated)
        if url.get_backend_name() != "postgresql":
            raise ValueError
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_S,
                "client_encoding": "utf8",
                "options": "-c default_transaction_read_only=on"
                f" -c statement_timeout={STATEMENT_S}s -c search_path=public",
            },
        )
    except (SQLAlchemyError, ValueError):
        raise LayerError(
            _(
                "{place}: the connection is not understood; expected"
                " postgresql://user:password@server/database",
                place=place,
            )
        ) from None


@contextmanager
def _translated(place: str) -> Iterator[None]:
    """Turn the errors of the database into one that names the place, and never the connection."""
    try:
        yield
    except SQLAlchemyError as problem:
        raise LayerError(_reason(place, problem)) from None


def _reason(place: str, problem: SQLAlchemyError) -> Text:
    cause = getattr(problem, "orig", None)
    state = getattr(cause, "sqlstate", None) or ""
    words = str(cause).lower()
    # insufficient_privilege
    if state == "42501":
        return _(
            "{place}: the user of the connection may not read this table; grant select on it",
            place=place,
        )
    # query_canceled
    if state == "57014":
        return _(
            "{place}: the database took longer than {seconds} s and was stopped; give the table a"
            " spatial index (GiST) on its geometry",
            place=place,
            seconds=STATEMENT_S,
        )
    # undefined_table
    if state == "42P01" and "geometry_columns" in words:
        return _(
            "{place}: the database has no PostGIS (no geometry_columns); name another database",
            place=place,
        )
    # without an SQLSTATE it is libpq that failed to connect, and only its words tell why
    if not state and ("authentication" in words or "no password" in words):
        return _("{place}: the database refuses the user or the password", place=place)
    if not state and "database" in words and "does not exist" in words:
        return _("{place}: the server has no database of that name", place=place)
    if not state:
        return _(
            "{place}: the database cannot be reached; see that the server runs, and that the address"
            " in the connection is right",
            place=place,
        )
    return _("{place}: the database refuses to answer (SQLSTATE {state})", place=place, state=state)


def _source(connection: Connection, place: str, layer: str | None, prefer: str | None) -> Source:
    """Describe one table of an open database.

    Parameters
    ----------
    connection, place
        The snapshot, and how messages name the database.
    layer, prefer
        As `opened`.
    """
    schema, table, geometry, srid, kind = _table(connection, place, layer, prefer)
    here = f"{place}|{schema}.{table}"
    whole = f"{_quoted(schema)}.{_quoted(table)}"
    known = {"table": whole.replace("\\:", ":")}
    found = connection.execute(sa.text(_COLUMNS), known).all()
    fields = tuple(str(name) for name, _key, shape, _index in found if not shape)
    key = next((str(name) for name, single, _shape, _index in found if single), None)
    indexed = any(index for name, _key, _shape, index in found if name == geometry)
    shape = _quoted(geometry)
    count, bounds = _extent(connection, whole, shape)
    crs = _crs(connection, srid)
    # PostGIS takes the tolerance in the unit of the CRS
    chord = CHORD_DEGREES if srid and _degrees(crs) else CHORD

    def fetch(
        columns: Sequence[str], boxes: Sequence[Bounds] | None, *, shapes: bool = True
    ) -> Rows:
        """Read from the table, as `Fetch`.

        Parameters
        ----------
        columns, boxes, shapes
            As `Fetch`.
        """
        with _translated(here):
            return _fetch(
                connection, whole, shape, key, columns, boxes, srid, chord if shapes else None
            )

    return Source(
        path=Path(place),
        place=here,
        format=record.FORMAT,
        layer=f"{schema}.{table}",
        fields=fields,
        crs=crs,
        geometry_type=str(kind),
        features=count,
        bounds=bounds,
        indexed=indexed,
        encoding="UTF-8",
        issues=(_hashed(), *(_trusted() if indexed else ()), *(() if key else (_unnamed(),))),
        fetch=fetch,
    )


def _extent(connection: Connection, table: str, shape: str) -> tuple[int, Bounds | None]:
    """How many features a table has, and their bounding box.

    Parameters
    ----------
    connection
        The snapshot.
    table, shape
        The table and its geometry, quoted.
    """
    extent = f"select count(*) n, st_extent({shape}) e from {table}"  # noqa: S608 - quoted
    corners = "st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)"
    query = f"select n, {corners} from ({extent}) as extent"  # noqa: S608 - quoted
    count, *box = connection.execute(sa.text(query)).one()
    return int(count), finite(np.array(box, float)) if box[0] is not None else None


def _trusted() -> tuple[Issue, ...]:
    message = _(
        "the spatial index of the table is trusted, since a database has no content to hash; after an"
        " import or a crash, REINDEX it"
    )
    return (Issue("index_trusted", "info", message),)


def _hashed() -> Issue:
    message = _("a table of a database is no file: its SHA-256 is that of the rows that were read")
    return Issue("table_hashed", "info", message)


def _unnamed() -> Issue:
    message = _(
        "the table has no whole number as primary key: features without a value in the id column are"
        " named by their place among those that were read"
    )
    return Issue("key_missing", "info", message)


def _table(connection: Connection, place: str, layer: str | None, prefer: str | None) -> _Row:
    """The one table that `layer` means: schema, table, geometry column, SRID, type.

    Parameters
    ----------
    connection, place
        The snapshot, and how messages name the database.
    layer, prefer
        As `opened`.
    """
    tables: list[_Row] = [
        (str(row[0]), str(row[1]), str(row[2]), int(row[3]), str(row[4]))
        for row in connection.execute(sa.text(_TABLES))
    ]
    names = {
        f"{schema}.{table}({column})": row for row in tables for schema, table, column in [row[:3]]
    }
    if not tables:
        raise LayerError(
            _(
                "{place}: the database has no table with geometry that the user of the connection may"
                " read; name another database, or grant select on the table",
                place=place,
            )
        )
    if layer is None and prefer is not None:
        tables = [row for row in tables if row[1].lower() == prefer.lower()] or tables
    if layer is not None:
        tables = _meant(names, layer)
        if not tables:
            raise _no_table(names.values(), layer, place)
    if len(tables) > 1:
        raise LayerError(
            _(
                "{place}: several geometries fit ({names}); name one with the catalog's key layer, as"
                " schema.table(column)",
                place=place,
                names=", ".join(f"{row[0]}.{row[1]}({row[2]})" for row in tables[:20]),
            )
        )
    return tables[0]


def _no_table(rows: Collection[_Row], layer: str, place: str) -> LayerError:
    """The error about a table that a database does not have.

    Parameters
    ----------
    rows
        The geometries of its tables.
    layer
        The name that the user states.
    place
        How messages name the database.
    """
    shown = ", ".join(dict.fromkeys(f"{row[0]}.{row[1]}" for row in rows)) or "-"
    known = [f"{row[0]}.{row[1]}".lower() for row in rows]
    bare = {row[1].lower(): f"{row[0]}.{row[1]}" for row in rows}
    near = get_close_matches(layer.lower(), [*known, *bare], n=1)
    if near:
        return LayerError(
            _(
                "{place}: there is no table {layer} with geometry; did you mean {near}? The"
                " tables are: {tables}",
                place=place,
                layer=layer,
                near=bare.get(near[0], near[0]),
                tables=shown,
            )
        )
    return LayerError(
        _(
            "{place}: there is no table {layer} with geometry; the tables are: {tables}",
            place=place,
            layer=layer,
            tables=shown,
        )
    )


def _meant(names: Mapping[str, _Row], layer: str) -> list[_Row]:
    """The geometries that a name means: exactly, else in any case of letters."""
    for same in (lambda one: one == layer, lambda one: one.lower() == layer.lower()):
        hits = [
            row
            for full, row in names.items()
            if any(map(same, (full, f"{row[0]}.{row[1]}", f"{row[1]}({row[2]})", row[1])))
        ]
        if hits:
            return hits
    return []


def _crs(connection: Connection, srid: int) -> str | None:
    """What the database says of the CRS: a code of EPSG, else its text; None for SRID 0."""
    row = None
    if srid > 0:
        row = connection.execute(sa.text(_SRS), {"srid": srid}).one_or_none()
    if row is None:
        return None
    return f"EPSG:{srid}" if row[0] == "EPSG" and row[1] == srid else str(row[2])


def _degrees(crs: str | None) -> bool:
    try:
        return bool(crs) and pyproj.CRS.from_user_input(crs).is_geographic
    except pyproj.exceptions.CRSError:
        return False


def _fetch(
    connection: Connection,
    table: str,
    shape: str,
    key: str | None,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    srid: int,
    chord: float | None,
) -> Rows:
    """Read features near some boxes in the snapshot.

    Parameters
    ----------
    connection
        The snapshot.
    table, shape, key
        The table, its geometry and its primary key, quoted but for the key; None without a whole
        number as key.
    columns, boxes
        As `Fetch`.
    srid
        That of the geometry, which windows must have.
    chord
        How far a chord may stand off a true curve, in the unit of the CRS; None leaves geometries
        out.
    """
    curve = f"st_hasarc({shape})"
    parts = [_quoted(key) if key else "null"]
    # shapely has no arcs, so that PostGIS must draw them as chords
    if chord is None:
        parts += ["null", "false"]
    else:
        parts += [
            f"st_asbinary(case when {curve} then st_curvetoline({shape}, :chord, 1, 1)"
            f" else {shape} end)",
            curve,
        ]
    parts += [_quoted(column) for column in columns]
    bound: dict[str, float] = {} if chord is None else {"chord": chord}
    near = []
    for at, box in enumerate(boxes or ()):
        bound |= dict(zip((f"w{at}", f"s{at}", f"e{at}", f"n{at}"), box, strict=True))
        near.append(f"{shape} && st_makeenvelope(:w{at}, :s{at}, :e{at}, :n{at}, {srid})")
    where = f" where {' or '.join(near)}" if boxes is not None else ""
    # without a key the order is that of the shapes themselves: a table has no other that stays
    order = _quoted(key) if key else "2"
    query = f"select {', '.join(parts)} from {table}{where} order by {order}"  # noqa: S608 - quoted
    rows = connection.execute(sa.text(query), bound).all()
    fid = np.array([row[0] if key else at for at, row in enumerate(rows)], np.int64)
    geometry = np.array([None if row[1] is None else bytes(row[1]) for row in rows], object)
    issues: tuple[Issue, ...] = ()
    if any(row[2] for row in rows):
        message = _(
            "true curves are drawn as chords that stand at most {chord} of the CRS's unit off them",
            chord=chord,
        )
        issues = (Issue("curve_linearised", "warning", message),)
    found = {name: _column([row[3 + at] for row in rows]) for at, name in enumerate(columns)}
    return Rows(fid, found, wkb.decoded(geometry), issues)


def _quoted(name: str) -> str:
    """A name as PostgreSQL and SQLAlchemy's text take it, whatever it holds."""
    return '"' + name.replace('"', '""').replace(":", "\\:") + '"'


def _column(values: Sequence[object]) -> pa.ChunkedArray:
    """Values of one column: whole numbers and decimals as numbers, the rest as text."""
    plain = [_plain(value) for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if kinds == {int}:
        try:
            return pa.chunked_array([pa.array(plain, pa.int64())])
        except (OverflowError, pa.ArrowInvalid):
            kinds = {str}
    if kinds and kinds <= {int, float}:
        return pa.chunked_array([pa.array(plain, pa.float64())])
    texts = [None if value is None else str(value) for value in plain]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _plain(value: object) -> int | float | str | None:
    if isinstance(value, Decimal):
        # a number of eighteen digits is no float
        return (
            int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return None if value is None else str(value)
