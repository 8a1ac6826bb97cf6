"""Five hundred random checks: towns × CRS × formats, each class held against another routine.

    python benchmarks/random_checks.py [--checks 500] [--first 0] [--towns 5]

Run from the repository's root. A check is one town; the towns of one place are checked together. It
ends with 1 where a town could not be measured, a table does not close, or a class is off by more than
the norm's rounding of vertices explains. Forty of them run with the tests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.factory_random import random_check


def main() -> int:
    """Run the checks, print each place, and what is wrong at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--towns", type=int, default=5)
    asked = parser.parse_args()
    wrong, off, adjusted, count, begun = [], 0.0, 0.0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.first, asked.first + asked.checks // asked.towns):
            found = random_check(seed, Path(folder), asked.towns)
            count += asked.towns
            off, adjusted = max(off, found.off_m2), max(adjusted, found.adjusted_m2)
            state = "sound" if found.sound else "WRONG"
            print(f"{seed} {found.how}: {state}, off by {found.off_m2:.4f} m²", flush=True)
            wrong += [] if found.sound else [(seed, found)]
    for seed, found in wrong:
        print(f"wrong: {seed} {found}")
    print(
        f"{count} checks in {time.monotonic() - begun:.0f} s, {len(wrong)} places wrong; a class is off"
        f" by {off:.4f} m² at most, {adjusted} m² were adjusted at most"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
