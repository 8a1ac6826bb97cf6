"""``ro-crate-metadata.json``: what the run folder holds, and from what it was made (RO-Crate 1.1)."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from importlib.metadata import version
from mimetypes import guess_type
from pathlib import Path

import pyogrio
import pyproj
import shapely

import townland
from townland.i18n import _, render
from townland.output.folder import UNFINISHED
from townland.output.json_text import indented
from townland.output.manifest import MANIFEST
from townland.reading.layer import Input
from townland.results import Assessment

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
TYPES = {
    ".gpkg": "application/geopackage+sqlite3", ".qgz": "application/x-qgis-project",
    ".sarif": "application/sarif+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip

Entity = dict[str, object]


def write_crate(assessment: Assessment, path: Path, *, lang: str) -> None:
    """Write the metadata of a run folder whose other files are written.

    Parameters
    ----------
    assessment
        What was written.
    path
        The file in the run folder.
    lang
        The reader's language.
    """
    files = [_file(path.parent, each) for each in _names(path)]
    inputs = [_input(number, each) for number, each in enumerate(assessment.inputs, 1)]
    software = list(_software())
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": render(_("Land-use compliance check, {title}", title=assessment.rulebook.title), lang),
        "description": render(
            _("Towns {codes}, checked by the law of {on}", codes=", ".join(assessment.codes),
              on=assessment.on.isoformat()), lang
        ),
        "datePublished": assessment.on.isoformat(),
        "license": render(_("that of the layers which were checked"), lang),
        "hasPart": _links(files),
        "mentions": [{"@id": "#check"}],
    }  # fmt: skip
    check: Entity = {
        "@id": "#check",
        "@type": "CreateAction",
        "name": f"townland check, {assessment.rulebook.id} {assessment.on.isoformat()}",
        "instrument": _links(software),
        "object": _links(inputs),
        "result": _links(files),
    }
    about: Entity = {
        "@id": path.name,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    document = {"@context": CONTEXT, "@graph": [about, root, check, *files, *inputs, *software]}
    path.write_text(indented(document) + "\n", encoding="utf-8", newline="\n")


def _names(path: Path) -> Iterator[str]:
    """The files of the run folder but this one, by their paths in it."""
    for each in sorted(path.parent.rglob("*")):
        name = each.relative_to(path.parent).as_posix()
        if each.is_file() and name not in (path.name, MANIFEST, UNFINISHED):
            yield name


def _links(entities: list[Entity]) -> list[Entity]:
    return [{"@id": each["@id"]} for each in entities]


def _file(folder: Path, name: str) -> Entity:
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    kind = TYPES.get(path.suffix) or guess_type(name, strict=False)[0]
    return {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "encodingFormat": kind or "application/octet-stream",
        "contentSize": str(path.stat().st_size),
        "sha256": digest,
    }


def _input(number: int, read: Input) -> Entity:
    """A file that was read; it does not lie in the folder, so that it is known by its digest."""
    place = {} if read.path is None else {"alternateName": read.path}
    return {
        "@id": f"#input-{number}",
        "@type": "CreativeWork",
        "name": read.name,
        **place,
        "additionalType": read.role,
        "sha256": read.sha256,
    }


def _software() -> Iterator[Entity]:
    """What computed the figures, with versions."""
    known = {
        "townland": townland.__version__,
        "Python": ".".join(map(str, sys.version_info[:3])),
        "GDAL": pyogrio.__gdal_version_string__,
        "PROJ": pyproj.proj_version_str,
        "GEOS": shapely.geos_version_string,
        **{name: version(name) for name in ("geopandas", "numpy", "pyogrio", "pyproj", "shapely")},
    }
    for name, number in known.items():
        yield {
            "@id": f"#{name}",
            "@type": "SoftwareApplication",
            "name": name,
            "softwareVersion": number,
        }
