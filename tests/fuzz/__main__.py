"""``python -m tests.fuzz``: run by hand, for as long as is wanted."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.run import run


def main() -> int:
    """Run the inputs that the command line names; 1 where there were findings."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument(
        "--first", type=int, default=1_000_000, help="the number of the first input"
    )
    parser.add_argument("--only", type=int, help="run this one input, and print what comes of it")
    parser.add_argument(
        "--keep", type=Path, help="with --only: write the input there, and run nothing"
    )
    asked = parser.parse_args()
    if asked.keep is not None:
        from tests.fuzz.child import Inputs

        print(Inputs(asked.keep).of(asked.only))
        return 0
    first, count = (asked.first, 1 << 40) if asked.only is None else (asked.only, 1)
    tally = run(
        first, seconds=asked.minutes * 60, count=count, tell=lambda line: print(line, flush=True)
    )
    print(tally)
    return 1 if tally.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
