"""Run inputs for a time: children one after the other, and what they found, kind by kind."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SILENT_S = 300
"""An input that says nothing for so long waits for something: a finding, too."""
OVER_TIME = f"ended with {-signal.SIGXCPU}"
"""How a child ends whose input used up its seconds of the processor."""
COUNT = 2000
"""So many inputs a child: what a library keeps does not add up without end."""


@dataclass
class Tally:
    """How many inputs ended how, and an example of each kind of finding by its input's number."""

    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    longest_s: float = 0.0
    longest: str = ""

    def add(self, number: int, what: str, found: dict[str, object]) -> None:
        """Count an input."""
        self.ends[str(found["end"])] += 1
        spent = float(str(found.get("cpu_s", 0)))
        if spent > self.longest_s:
            self.longest_s, self.longest = spent, f"{number} {what}"
        if found["end"] == "finding":
            kind = str(found["kind"])
            self.kinds[kind] += 1
            self.examples.setdefault(kind, (number, what, str(found["text"])))

    def __str__(self) -> str:
        total = sum(self.ends.values())
        lines = [f"{total} inputs: {dict(self.ends)}; longest {self.longest_s} s ({self.longest})"]
        for kind, count in self.kinds.most_common():
            number, what, text = self.examples[kind]
            lines.append(f"--- {count} × {kind}\n    {number}: {what}\n{text}")
        return "\n".join(lines)


def run(
    first: int,
    *,
    seconds: float,
    count: int = COUNT,
    tell: Callable[[str], None] = lambda _line: None,
) -> Tally:
    """Run inputs from `first` on for so many seconds of the clock, or until `count` of them have run.

    Parameters
    ----------
    first
        The number of the first input.
    seconds, count
        When to stop.
    tell
        Called with a line for each finding.
    """
    tally, until, number, last = Tally(), time.monotonic() + seconds, first, first + count
    while time.monotonic() < until and number < last:
        for at, what, found in _child(number, min(COUNT, last - number), until):
            number = at + 1
            # a machine without memory to spare works for others in a process's time
            if (
                found.get("kind") == OVER_TIME
                and count > 1
                and not run(at, seconds=60, count=1).kinds
            ):
                found = {"end": "over its time once"}
            tally.add(at, what, found)
            if found["end"] == "finding":
                tell(f"{at}: {found['kind']} | {what}")
    return tally


def _child(number: int, count: int, until: float) -> Iterator[tuple[int, str, dict[str, object]]]:
    """One process: each input with what came of it; the last may have ended the process."""
    ours, theirs = os.pipe()
    # a child that is ended cannot clear away what it wrote
    with (
        tempfile.TemporaryFile() as noise,
        tempfile.TemporaryDirectory(prefix="townland-fuzz-") as folder,
    ):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.child", str(number), str(count), str(theirs)],
            cwd=ROOT, pass_fds=(theirs,), stdout=noise, stderr=noise,
            env={**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": folder},
        )  # fmt: skip
        os.close(theirs)
        begun: tuple[int, str] | None = None
        following = number
        try:
            for line in _lines(ours, until):
                if "start" in line:
                    begun = int(str(line["start"])), str(line["what"])
                elif begun is not None:
                    yield *begun, line
                    following, begun = begun[0] + 1, None
            if time.monotonic() >= until:
                return
            with suppress(subprocess.TimeoutExpired):
                child.wait(2)
            if begun is not None or child.returncode not in (0, None):
                noise.seek(0)
                said = noise.read()[-3000:].decode("utf-8", "replace")
                at, what = begun or (following, "as it was made")
                yield (
                    at,
                    what,
                    {"end": "finding", "kind": f"ended with {child.poll()}", "text": said},
                )
        finally:
            os.close(ours)
            child.kill()
            child.wait()


def _lines(channel: int, until: float) -> Iterator[dict[str, object]]:
    """The lines of a child until it closes its end, is silent for long, or time is over."""
    rest = b""
    while (left := until - time.monotonic()) > 0:
        ready, _w, _x = select.select([channel], [], [], min(left, SILENT_S))
        if not ready:
            return
        more = os.read(channel, 65536)
        if not more:
            return
        *whole, rest = (rest + more).split(b"\n")
        yield from (json.loads(each) for each in whole)
