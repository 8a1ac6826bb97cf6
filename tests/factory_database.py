"""A PostgreSQL with PostGIS of the tests' own, and tables in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from psycopg import sql

ROLE, PASSWORD, DATABASE = "kanaririenutzer", "s3cret-Kanarienvogel", "kreisdatenbank"
"""What must never be found in any output."""


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, where PostgreSQL with PostGIS is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        folders.insert(0, Path(found).resolve().parent)
    for folder in folders:
        control = f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control"
        if (folder / "initdb").is_file() and Path(control).is_file():
            return folder
    return None


def needed() -> Path:
    """The folder of PostgreSQL; without it the test is skipped, and fails under CI."""
    folder = programs()
    if folder is None:
        reason = "PostgreSQL with PostGIS is not installed (Debian: postgresql postgresql-postgis)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@contextmanager
def server(folder: Path, home: Path) -> Iterator[str]:
    """A server of one's own on a socket in `home`; gives the connection as ``postgresql://…``."""
    # PostgreSQL does not run as root; runuser is there wherever root is
    root = os.name == "posix" and os.geteuid() == 0
    prefix = ["runuser", "-u", "postgres", "--"] if root else []
    home.mkdir()
    if root:
        shutil.chown(home, "postgres", "postgres")
    data = home / "data"
    (home / "password").write_text(PASSWORD)
    if root:
        shutil.chown(home / "password", "postgres")

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*prefix, str(folder / program), *arguments],
            cwd="/", capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    run("initdb", "-D", str(data), "-U", ROLE, f"--pwfile={home / 'password'}",
        "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync")  # fmt: skip
    options = f"-k {home} -c listen_addresses='' -c fsync=off"
    # its output goes to a file: a pipe would stay open as long as the server runs
    run("pg_ctl", "-D", str(data), "-w", "-l", str(home / "log"), "-o", options, "start")
    try:
        url = f"postgresql://{ROLE}:{PASSWORD}@/{{}}?host={home}"
        with psycopg.connect(url.format("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
        with psycopg.connect(url.format(DATABASE)) as connection:
            connection.execute("create extension postgis")
        yield url.format(DATABASE)
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def put(
    url: str, table: str, frame: Any, *, srid: int, schema: str = "public", key: str | None = None
) -> None:
    """Write a frame as a table with a GiST index; numbers as float8, the rest as text."""
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    kinds = [{"f": "float8", "i": "int8"}.get(frame[name].dtype.kind, "text") for name in columns]
    whole = sql.Identifier(schema, table)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        defined = [
            sql.SQL("{} " + kind).format(sql.Identifier(name))
            for name, kind in zip(columns, kinds, strict=True)
        ]
        first = [sql.SQL("{} bigserial primary key").format(sql.Identifier(key))] if key else []
        cursor.execute(
            sql.SQL("create table {} ({}, geom geometry(Geometry, {}))").format(
                whole, sql.SQL(", ").join([*first, *defined]), sql.Literal(srid)
            )
        )
        names = sql.SQL(", ").join(map(sql.Identifier, [*columns, "geom"]))
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(whole, names)) as copy:
            shapes = shapely.set_srid(frame.geometry.array, srid)
            for values, shape in zip(
                frame[columns].itertuples(index=False, name=None), shapes, strict=True
            ):
                plain = [None if value != value else value for value in values]  # NaN
                copy.write_row([*plain, shapely.to_wkb(shape, hex=True, include_srid=True)])
        cursor.execute(sql.SQL("create index on {} using gist (geom)").format(whole))
