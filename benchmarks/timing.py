"""How the benchmarks measure: a process for each case, warmed up once; medians, peak memory.

A script that measures calls `by_process` for each case, and `work` where it is called with ``--worker``.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

BENCHMARKS = Path(__file__).resolve().parent
SOURCE = BENCHMARKS.parent
Areas: TypeAlias = Mapping[str, float]
"""m² by land class: what all sides must agree in."""


class Job:
    """What is timed, and what it found.

    `run` is timed; `found` sums what `run` gave, and is not. `process` is the number of another process
    that does the work, as a database's does.
    """

    def __init__(
        self,
        run: Callable[[], object],
        found: Callable[[object], Areas],
        *,
        process: int | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """Keep them.

        Parameters
        ----------
        run, found
            What is timed, and how its result is summed.
        process, close
            The process that does the work, None for this one; and what is called at the end.
        """
        self.run, self.found, self.process, self.close = run, found, process, close


class Run(TypedDict):
    """What a process measures: the seconds of each repeat, by the clock and of the processor, the peak
    memory in MB, and m² by class."""

    seconds: list[float]
    cpu: list[float]
    peak_mb: float
    areas: dict[str, float]


def timed(job: Job, repeats: int, *, warm: bool = True) -> Run:
    """Time a job in this process.

    Parameters
    ----------
    job
        What is timed.
    repeats
        How often.
    warm
        Whether it runs once before.
    """
    if warm:
        job.run()
    seconds, cpu, last = [], [], None
    for _ in range(repeats):
        last = None  # memory of the run before is not of this one
        start, busy = time.perf_counter(), _busy(job.process)
        last = job.run()
        seconds.append(time.perf_counter() - start)
        cpu.append(_busy(job.process) - busy)
    peak = _peak_mb(job.process)
    areas = dict(job.found(last))
    job.close()
    return Run(seconds=seconds, cpu=cpu, peak_mb=peak, areas=areas)


def _busy(process: int | None) -> float:
    """The processor's seconds of this process, and of another."""
    own = time.process_time()
    if process is None:
        return own
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(process: int | None) -> float:
    """The most memory that this process, or the other, ever had."""
    # what getrusage says of a process counts the memory of the one that began it, too
    lines = Path(f"/proc/{process or 'self'}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def cold(command: Sequence[object], env: Mapping[str, str], accepted: Sequence[int] = (0,)) -> Run:
    """Time a command from its start to its end, once; its areas are not known.

    The peak is no less than this process's own: it must stay small.

    Parameters
    ----------
    command, env
        The command, and the environment besides this one's.
    accepted
        The codes with which it may end.

    Raises
    ------
    SystemExit
        It fails.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment(), **env},
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _pid, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in accepted:
        raise SystemExit(errors)
    busy = used.ru_utime + used.ru_stime
    return Run(seconds=[seconds], cpu=[busy], peak_mb=used.ru_maxrss / 1024, areas={})


def environment(source: Path = SOURCE) -> dict[str, str]:
    """The environment of a process with a checkout's townland, compiled once as it is for its users."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = os.pathsep.join(str(source / name) for name in ("src", "cli", "demo"))
    return {**own, "PYTHONPATH": paths}


def by_process(
    script: Path, words: Sequence[object], *, python: str, env: Mapping[str, str]
) -> Run | None:
    """Run a script as the worker of one case.

    Parameters
    ----------
    script, words
        The script, and what follows ``--worker``.
    python, env
        The interpreter, and the environment of the process.

    Returns
    -------
    What it measured; None where it fails, which is told.
    """
    done = subprocess.run(
        [python, str(script), "--worker", *(str(word) for word in words)],
        capture_output=True,
        text=True,
        env=dict(env),
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        print(f"{' '.join(map(str, words))}: {why}", file=sys.stderr)
        return None
    run: Run = json.loads(done.stdout.splitlines()[-1])
    return run


def in_process(script: Path, words: Sequence[object]) -> list[Path]:
    """The files that a script says it made; this process stays as small as it is."""
    done = subprocess.run(
        [sys.executable, *map(str, (script, *words))], check=True, stdout=subprocess.PIPE, text=True
    )
    return [Path(line) for line in done.stdout.splitlines()]


def county(folder: Path, parcels: int, towns: int) -> tuple[Path, Path]:
    """A county's file and that of its towns; written where they are missing.

    Parameters
    ----------
    folder, parcels, towns
        Where they lie, how many parcels there are, and how many towns.
    """
    layer, own = in_process(BENCHMARKS / "county.py", [parcels, folder, towns])
    return layer, own


def work(job: Job, repeats: int, *, warm: bool = True) -> None:
    """Be the worker of a case: print what was measured.

    Parameters
    ----------
    job, repeats, warm
        As `timed`.
    """
    print(json.dumps(timed(job, repeats, warm=warm)))


def median(runs: Sequence[Run], what: Literal["seconds", "cpu"]) -> float:
    """The median over all repeats of all runs."""
    return statistics.median(each for run in runs for each in run[what])


def peak_mb(runs: Sequence[Run]) -> float:
    """The median of the peak memories."""
    return statistics.median(run["peak_mb"] for run in runs)


def by_name(python: str, modules: Sequence[str]) -> list[str]:
    """Those of some modules that an interpreter has."""
    code = (
        "import importlib.util as u, sys\n"
        "def there(name):\n"
        "    return not name or there(name.rpartition('.')[0]) and u.find_spec(name) is not None\n"
        "print(*filter(there, sys.argv[1:]), sep=chr(10))"
    )
    return _printed(python, code, modules)


def told_versions(python: str, packages: Sequence[str]) -> str:
    """The versions of packages, those that an interpreter has."""
    code = (
        "import importlib.metadata as m, sys\n"
        "known = {d.name: d.version for d in m.distributions()}\n"
        "print(*(f'{n} {known[n]}' for n in sys.argv[1:] if n in known), sep=chr(10))"
    )
    return ", ".join(_printed(python, code, packages))


def _printed(python: str, code: str, words: Sequence[str]) -> list[str]:
    """The lines that a little program prints.

    Parameters
    ----------
    python, code, words
        The interpreter, the program, and its arguments.
    """
    return subprocess.run(
        [python, "-c", code, *words], check=True, capture_output=True, text=True
    ).stdout.split("\n")[:-1]


def into_readme(name: str, lines: Sequence[str]) -> None:
    """Write lines between the marks of a name in the README beside this."""
    path = BENCHMARKS / "README.md"
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, _begin, rest = path.read_text(encoding="utf-8").partition(begin)
    _old, _end, after = rest.partition(end)
    path.write_text(before + begin + "\n".join([*lines, end]) + after, encoding="utf-8")


def machine() -> str:
    """The processor, the memory and Python's version."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors ({model}), {gib:.0f} GB, Python {platform.python_version()}"
    )
