"""A PostgreSQL with PostGIS of the benchmark's own, filled with a county and kept in its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sides
from timing import Areas, Job


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, where PostgreSQL with PostGIS is installed."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        control = f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control"
        if (folder / "initdb").is_file() and Path(control).is_file():
            return folder
    return None


def job(layer: Path, towns: Path) -> Job:
    """Start a server, fill it where it is empty, and give the query as a job.

    Parameters
    ----------
    layer, towns
        The files of the county and of its towns.
    """
    import psycopg

    server = Server(layer.with_suffix(".postgis"))
    connection = psycopg.connect(server.url, autocommit=True)
    connection.execute("create extension if not exists postgis")
    _fill(connection, "parcels", layer, [sides.CLASS])
    connection.execute("drop table if exists towns")
    _fill(connection, "towns", towns, [])
    row = connection.execute("select pg_backend_pid()").fetchone()
    query = f"""
        select {sides.CLASS.lower()}, sum(st_area(st_intersection(p.geom, t.geom)))
        from parcels p join towns t on st_intersects(p.geom, t.geom) group by 1
    """
    connection.execute(
        "set max_parallel_workers_per_gather = 0"
    )  # its memory and time are of one process

    def run() -> Areas:
        return dict(connection.execute(query).fetchall())

    def close() -> None:
        connection.close()
        server.stop()

    return Job(run, lambda found: found, process=row[0], close=close)  # type: ignore[arg-type, return-value]


def _fill(connection, table: str, file: Path, columns: list[str]) -> None:
    """Copy a file's layer into a table with a GiST index, unless the table is there.

    Parameters
    ----------
    connection, table
        The database, and the table.
    file, columns
        The file, and its columns that are copied beside geometry.
    """
    import pyogrio

    if connection.execute("select to_regclass(%s)", [table]).fetchone()[0]:
        return
    text = "".join(f"{name.lower()} text, " for name in columns)
    names = "".join(f"{name.lower()}, " for name in columns)
    frame = pyogrio.read_dataframe(file, columns=columns)
    shapes = frame.geometry.set_crs(sides.SRID, allow_override=True).to_wkb(
        hex=True, include_srid=True
    )
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(f"create table {table} ({text}geom geometry(Polygon, {sides.SRID}))")
        with cursor.copy(f"copy {table} ({names}geom) from stdin") as copy:
            for row in zip(*(frame[name] for name in columns), shapes, strict=True):
                copy.write_row(row)
        cursor.execute(f"create index on {table} using gist (geom)")
    connection.execute(f"vacuum analyze {table}")


class Server:
    """A server on a socket of its own, whose data stay in a folder."""

    def __init__(self, data: Path) -> None:
        """Make its data where there are none, and start it."""
        folder = programs()
        if folder is None:
            raise SystemExit("PostgreSQL with PostGIS is not installed")
        self._folder, self._data = folder, data.resolve()
        self._socket = Path(tempfile.mkdtemp(prefix="pg-"))
        self._root = os.geteuid() == 0  # PostgreSQL does not run as root
        if self._root:
            shutil.chown(self._socket, "postgres", "postgres")
        if not self._data.exists():
            self._data.mkdir(parents=True)
            if self._root:
                shutil.chown(self._data, "postgres", "postgres")
            self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-k {self._socket} -c listen_addresses='' -c fsync=off -c shared_buffers=512MB"
        self._run("pg_ctl", "-w", "-l", str(self._socket / "log"), "-o", options, "start")
        self.url = f"postgresql://postgres@/postgres?host={self._socket}"

    def _run(self, program: str, *words: str) -> None:
        prefix = ["runuser", "-u", "postgres", "--"] if self._root else []
        command = [*prefix, str(self._folder / program), "-D", str(self._data), *words]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    def stop(self) -> None:
        """Stop it; the data stay."""
        self._run("pg_ctl", "-m", "fast", "stop")
        shutil.rmtree(self._socket, ignore_errors=True)
