"""Whether this Python can run townland: the README's lines ask it first, and it runs on any Python 3."""

import re
import sys
from pathlib import Path


def advice(stated, version):
    """Say in a line which Python is needed; nothing where this one is such.

    Parameters
    ----------
    stated
        The text of ``pyproject.toml``, which states it once.
    version
        The version of the Python that runs, such as ``(3, 12)``.
    """
    bounds = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', stated)
    first, beyond = (int(number) for number in bounds.groups())
    if (3, first) <= tuple(version) < (3, beyond):
        return ""
    last, other = f"3.{beyond - 1}", f"python3.{beyond - 2}"
    return (
        f"townland needs Python 3.{first} to {last}, and python3 is {version[0]}.{version[1]}: write"
        f" {other} for python3 in this line"
        f" / 需要 Python 3.{first} 至 {last}，请把本行中的 python3 改为 {other}"
    )


if __name__ == "__main__":
    text = (Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    sys.exit(advice(text, sys.version_info[:2]) or 0)
