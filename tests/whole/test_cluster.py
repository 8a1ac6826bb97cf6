"""A Dask cluster gives the bytes of one process though a worker is killed; what it refuses, and why."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import dask
import pytest
from distributed.security import Security
from tests.factory_land import box, catalog, write
from typer.testing import CliRunner

import townland as tl
from townland.assessment import remote
from townland.assessment.cluster import order_of
from townland.assessment.jobs import Job
from townland.assessment.scheduler import client_security, scheduler_address
from townland.errors import LayerError, TownlandError
from townland.reading.digests import Digests
from townland_cli.app import app

TOWNS, A_TILE = 40, 4


@dataclass
class Cluster:
    """A scheduler with TLS on this machine, and the workers that a test gives it."""

    folder: Path
    stack: ExitStack
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    def run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        certificates = [
            f"--tls-{name}={self.folder / name}.pem" for name in ("ca-file", "cert", "key")
        ]
        with (self.folder / f"{len(self.processes)}.log").open("w") as log:
            own = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(self.file),
                 "--no-dashboard", *certificates, *arguments],
                stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        self.processes.append(own)
        self.stack.callback(ended, own)
        return own

    def worker(self, *more: str) -> subprocess.Popen[bytes]:
        return self.run("dask_worker", "--no-nanny", "--nthreads=1", *more)


def ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    own = Security.temporary()
    texts = {"ca-file": own.tls_ca_file, "cert": own.tls_worker_cert, "key": own.tls_worker_key}
    for name, text in texts.items():
        (folder / f"{name}.pem").write_text(text)
    known = {
        "distributed.comm.tls.ca-file": own.tls_ca_file,
        "distributed.comm.tls.client.cert": own.tls_client_cert,
        "distributed.comm.tls.client.key": own.tls_client_key,
    }
    with ExitStack() as stack, dask.config.set(known):
        cluster = Cluster(folder, stack)
        cluster.run("dask_scheduler", "--protocol=tls", "--host=127.0.0.1", "--port=0")
        until(cluster.file.exists)
        yield cluster


def until(holds: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty towns in a row on parcels of 100 m."""
    folder = tmp_path_factory.mktemp("county")
    cells = [box(x, y, x + 100, y + 100) for x in range(0, 100 * TOWNS, 100) for y in (0, 100)]
    survey = write(
        folder / "survey.gpkg", cells, BSM=[str(n) for n in range(2 * TOWNS)],
        DLBM=["0101", "0702"] * TOWNS, KCXS=["0.1"] * 2 * TOWNS, QSXZ=["30"] * 2 * TOWNS,
    )  # fmt: skip
    catalog(folder, {"land_use": survey})
    shapes = [box(100 * n + 5, 50, 100 * n + 95, 150) for n in range(TOWNS)]
    write(folder / "towns.gpkg", shapes, name=[f"镇{n}" for n in range(TOWNS)])
    return folder


def check(county: Path, out: Path, *more: str) -> str:
    """What a check says; it must leave with the code of a verdict."""
    line = ["check", str(county / "towns.gpkg"), "--catalog", str(county / "catalog.toml"),
            "--rules", "national-2021", "--on", "2022-12-31", "--formats", "csv,gpkg", "--lang", "en",
            "--out", str(out), *more]  # fmt: skip
    result = CliRunner().invoke(app, line)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 3), result.output
    return result.output


@contextmanager
def refused(says: str, error: type[TownlandError] = TownlandError) -> Iterator[None]:
    with pytest.raises(error) as raised:
        yield
    assert re.search(says, raised.value.render("en"))


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_a_cluster_gives_the_bytes_of_one_process_though_a_worker_is_killed(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    check(county, tmp_path / "one")
    out, kept = tmp_path / "cluster", tmp_path / "cluster.batch"
    preload = tmp_path / "older.py"
    preload.write_text("import shapely\nshapely.geos_version_string = '3.9.0'\n")
    with running(tmp_path) as cluster:
        asked = ["--scheduler-file", str(cluster.file), "--tile-towns", str(A_TILE)]
        older = cluster.worker(f"--preload={preload}", "--name=older")
        with refused(r"worker older \(tls://[0-9.:]+\) has GEOS \(shapely\) 3\.9\.0, this machine"):
            check(county, out, *asked)
        assert not list(kept.glob("*.part"))
        ended(older)
        first = cluster.worker()
        killed: list[int] = []

        def kill() -> None:
            until(lambda: list(kept.glob("*.part")))
            killed.append(len(list(kept.glob("*.part"))))
            ended(first)

        killer = Thread(target=kill)
        killer.start()
        cluster.worker()
        check(county, out, *asked)
        killer.join()
    assert killed[0] < TOWNS // A_TILE  # it had more to do
    assert files(out) == files(tmp_path / "one")
    assert not kept.exists()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("tcp://10.0.0.7:8786", "without TLS .* name it tls://10.0.0.7:8786"),
        ("tcp://lands.bureau.cn:8786", "without TLS"),
        ("http://127.0.0.1:8787", "is no address of a scheduler"),
        ("tls://10.0.0.7", "is no address of a scheduler"),
        ("tls://10.0.0.7:port", "is no address of a scheduler"),
        ("10.0.0.7:8786", "is no address of a scheduler"),
    ],
)
def test_an_address_that_is_refused(address: str, says: str) -> None:
    with refused(says):
        scheduler_address(address, None)


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.7:8786", "tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1"]
)
def test_an_address_that_is_safe(address: str) -> None:
    assert scheduler_address(address, None) == address


def test_the_file_of_a_scheduler_is_held_to_the_same(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    with refused(r"no such file"):
        scheduler_address(None, file)
    file.write_text('["tcp://127.0.0.1:8786"]')
    with refused(r"scheduler-file"):
        scheduler_address(None, file)
    file.write_text(json.dumps({"address": "tcp://10.0.0.7:8786"}))
    with refused(r"TLS"):
        scheduler_address(None, file)
    assert scheduler_address(None, file, insecure=True) == "tcp://10.0.0.7:8786"
    with refused(r"--scheduler"):
        scheduler_address("tls://10.0.0.7:8786", file)


def test_certificates_are_those_of_dask_s_configuration(tmp_path: Path) -> None:
    none = {
        f"distributed.comm.tls.{name}": None for name in ("ca-file", "client.cert", "client.key")
    }
    with dask.config.set(none), refused(r"distributed.comm.tls.ca-file"):
        client_security("tls://10.0.0.7:8786")
    required = {**none, "distributed.comm.require-encryption": True}
    with dask.config.set(required), refused(r"requires encryption"):
        client_security("tcp://127.0.0.1:8786")
    gone = {**none, "distributed.comm.tls.ca-file": str(tmp_path / "ca.pem")}
    with dask.config.set(gone), refused(r"tls.client.cert"):
        client_security("tls://10.0.0.7:8786")


def test_without_the_package_its_extra_is_named(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with refused(r'pip install "townland\[cluster\] @ \."'):
        check(county, tmp_path / "out", "--scheduler", "tls://10.0.0.7:8786")


def test_processes_and_a_cluster_are_not_asked_for_together(county: Path, tmp_path: Path) -> None:
    with refused(r"--workers"):
        check(county, tmp_path / "out", "--scheduler=tcp://127.0.0.1:1", "--workers=2")


def test_a_layer_that_a_worker_does_not_see_is_named_with_it(county: Path) -> None:
    job = job_of(county)
    order = order_of(job)
    (path,) = order.files
    assert Path(path).is_absolute()
    facts = replace(remote.facts_of([path, "/nowhere/dltb.gdb"]), worker="w1")
    (fault,) = remote.faults_of(facts, order)
    assert fault.render("en").startswith("worker w1 does not see /nowhere/dltb.gdb; ")
    with (
        refused(f"^worker w1: {path} has another content there ", LayerError),
        remote._told_by("w1"),
    ):
        remote._measurer(replace(order, files={path: "0" * 64}))


def job_of(county: Path) -> Job:
    layers, book = tl.load_catalog(county / "catalog.toml"), tl.load_rulebook("national-2021")
    return Job(layers, book, dt.date(2022, 12, 31), Digests(), (), drawn=False)


def test_layers_in_a_database_are_measured_at_once_and_it_is_said(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_DATABASE", raising=False)
    text = (county / "catalog.toml").read_text("utf-8")
    text = re.sub('path = ".*"', 'path = "db:county"', text)
    text += '\n[database.county]\nurl_env = "NO_SUCH_DATABASE"\n'
    (tmp_path / "towns.gpkg").write_bytes((county / "towns.gpkg").read_bytes())
    (tmp_path / "catalog.toml").write_text(text, "utf-8")
    with refused(r"land_use.*by a cluster"):
        check(tmp_path, tmp_path / "out", "--scheduler=tcp://127.0.0.1:1")
    said: list[str] = []
    monkeypatch.setattr("townland_cli.printing.say", lambda text, **_how: said.append(text))
    with refused(r"NO_SUCH_DATABASE"):
        check(tmp_path, tmp_path / "out", "--workers=2", "--resume")
    assert "(land_use) are read at once, by this process" in said[0]
