"""A fuzzer of everything that townland reads.

    python -m tests.fuzz --minutes 60 [--first 1000000]     # by hand
    python -m tests.fuzz --only 1234                        # one input again

An input is a number: it chooses a seed (`seeds`), changes to it (`mutations`), and what the library is
asked to do with it (`ways`). Seeds are written by the factories of the other tests. `child` runs many
inputs in one process, each within 10 s of processor time and 1 GB of memory; `run` starts it again where
an input ended it. Anything but a result or an error of townland's own is a finding.
"""

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
