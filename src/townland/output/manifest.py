"""Which files of a run folder townland wrote, and which are somebody else's."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

MANIFEST = "townland-manifest.json"
"""The file that names what townland wrote, with size and SHA-256."""

UNNAMED = ("assessment.json", "report.html", "map.html", "evidence.gpkg", "report.pdf",
           "comparison.json", "comparison.html")  # fmt: skip
"""What townland wrote into folders that have no manifest yet."""

_RUN = "/assessment.json"
"""How the name ends that tells a run in the folder of several."""

_SQLITE = b"SQLite format 3\x00"
_COUNTERS = ((18, 20), (24, 28), (92, 100))
"""Bytes of a SQLite file's head that change where a program only looks into it: journal mode and
counters (https://www.sqlite.org/fileformat.html, The Database Header)."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a file was when townland wrote it; of files without a manifest nothing is known."""

    size: int | None = None
    sha256: str | None = None


Manifest: TypeAlias = Mapping[str, Known]
"""What is known of each file, by its path in the folder, with ``/``."""


def write_manifest(folder: Path, names: Iterable[str]) -> None:
    """Name files of a folder with their size and SHA-256, in this order."""
    files = {
        name: {"size": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
        for name in names
    }
    text = json.dumps({"files": files}, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def strangers(folder: Path, *, called: str = "") -> tuple[str, ...]:
    """What of a run folder is not as townland wrote it: paths with ``/``, those of folders end so.

    A link is never followed: it is somebody else's, whatever it leads to. `called` is the name that the
    folder had when it was written, where it stands aside.
    """
    if not folder.is_dir():
        return ()
    return tuple(_strangers(folder, folder, _manifest(folder, called or folder.name)))


def _strangers(folder: Path, at: Path, manifest: Manifest) -> Iterator[str]:
    """What is not townland's at and below a folder.

    Parameters
    ----------
    folder
        The run folder.
    at
        It, or a folder in it.
    manifest
        What townland wrote.
    """
    for child in sorted(at.iterdir()):
        name = child.relative_to(folder).as_posix()
        if child.is_dir() and not is_link(child):
            if any(known.startswith(f"{name}/") for known in manifest):
                yield from _strangers(folder, child, manifest)
            else:
                yield f"{name}/"
        elif not _is_as_written(child, manifest.get(name)) and not _is_manifest(name, manifest):
            yield name


def _is_manifest(name: str, manifest: Manifest) -> bool:
    """Whether a file is the manifest of the folder, or of a run in it."""
    run = name.removesuffix(MANIFEST)
    return name.endswith(MANIFEST) and (not run or f"{run}{_RUN[1:]}" in manifest)


def is_link(path: Path) -> bool:
    """Whether a path is a link, or what Windows calls a junction."""
    junction = sys.version_info >= (3, 12) and path.is_junction()
    return path.is_symlink() or junction


def _is_as_written(path: Path, known: Known | None) -> bool:
    if known is None or path.is_symlink() or not path.is_file():
        return False
    if known.size is None:
        return True
    return path.stat().st_size == known.size and _sha256(path) == known.sha256


def _manifest(folder: Path, called: str) -> Manifest:
    """What is known of a folder's files: by its manifest, by those of the runs in it or the one above.

    A run of several has no manifest until it is reported on again; its own is then newer than what the
    manifest above says of it. A run that somebody else put there is not named above, and stays theirs.
    Without any manifest it is what was always written.
    """
    known = _listed(folder)
    if known is None:
        start = f"{called}/"
        above = (_listed(folder.parent) or {}).items()
        known = {name.removeprefix(start): file for name, file in above if name.startswith(start)}
    if not known:
        within = ["", *(f"{each.parent.name}/" for each in folder.glob("*/assessment.json"))]
        return {f"{part}{name}": Known() for part in within for name in UNNAMED}
    runs = {
        name.removesuffix(_RUN) for name in known if name.count("/") == 1 and name.endswith(_RUN)
    }
    for run in sorted(runs):
        if not is_link(folder / run):
            own = _listed(folder / run) or {}
            known |= {f"{run}/{name}": file for name, file in own.items()}
    return known


def _listed(folder: Path) -> dict[str, Known] | None:
    """What the manifest of a folder names; None without one, or where it is none."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        return {
            str(name): Known(int(row["size"]), str(row["sha256"])) for name, row in files.items()
        }
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _sha256(path: Path) -> str:
    """The SHA-256 of a file; of a SQLite file without the counters that reading moves on."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head = bytearray(file.read(100))
        if head.startswith(_SQLITE):
            for start, stop in _COUNTERS:
                head[start:stop] = bytes(stop - start)
        digest.update(head)
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
