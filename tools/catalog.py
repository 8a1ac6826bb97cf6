"""The catalogs of messages: find every sentence in the code, keep it in each language, compile.

    python tools/catalog.py update [--from FILE.py ...] [--lang zh]    new sentences in, old ones out
    python tools/catalog.py check                          say what is missing, odd or out of date

A FILE.py holds a dictionary ``T`` from English sentences to those of the language; it wins over the
catalog. A language is a folder of ``src/townland/locale``; ``update --lang`` makes a new one.
"""

from __future__ import annotations

import argparse
import ast
import io
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
    ROOT / "src" / "townland",
    ROOT / "cli" / "townland_cli",
    ROOT / "demo" / "townland_demo",
)
LOCALE = SOURCES[0] / "locale"
METHODS = [("**.j2", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "words": None, "t": None}
"""`_` and the command's `words` in Python, `t` in templates."""


class Undated(Catalog):
    """A catalog whose header names no day and no program, so that the same words give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The headers that stay the same."""
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def sentences() -> dict[str, set[str]]:
    """Every English sentence of the code, with the files in which it stands."""
    found: dict[str, set[str]] = {}
    for path in (path for folder in SOURCES for path in sorted(folder.rglob("*.py"))):
        for message in in_python(path.read_text(encoding="utf-8")):
            found.setdefault(message, set()).add(path.relative_to(ROOT).as_posix())
    for folder in SOURCES:
        for name, _line, message, *_rest in extract_from_dir(folder, METHODS, keywords=KEYWORDS):
            place = (folder / name).relative_to(ROOT).as_posix()
            found.setdefault(str(message), set()).add(place)
    return found


def in_python(code: str) -> Iterator[str]:
    """Every sentence marked in Python code, one within another too, which Babel's own reader misses.

    >>> list(in_python('_("{all}.", all=f(_("{one}")))'))
    ['{all}.', '{one}']
    """
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        if name in KEYWORDS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def languages() -> list[str]:
    """The languages that have a catalog."""
    return sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir())


def po(lang: str) -> Path:
    """The catalog of a language as a text; the compiled one stands beside it."""
    return LOCALE / lang / "LC_MESSAGES" / "townland.po"


def kept(lang: str = "zh") -> dict[str, str]:
    """The sentences of a committed catalog in its language."""
    if not po(lang).is_file():
        return {}
    with po(lang).open("rb") as stream:
        return {str(entry.id): str(entry.string) for entry in read_po(stream) if entry.id}


def merged(known: dict[str, str], lang: str = "zh") -> Catalog:
    """A catalog of every sentence of the code, sorted, with what is known in a language."""
    catalog = Undated(locale=lang, fuzzy=False)
    catalog.header_comment = f"# Every sentence of townland ({lang}), kept by tools/catalog.py."
    for sentence in sorted(sentences()):
        # Without "python-format" flags: the places are {named}, filled by str.format.
        # Without locations: a file that moves changes no sentence.
        message = catalog.add(sentence, known.get(sentence, ""))
        message.flags.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """The catalog as a text to edit."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, include_lineno=False)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The catalog as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def faults(lang: str = "zh") -> Iterator[str]:
    """Say everything that is wrong with a committed catalog."""
    known, wanted = kept(lang), sentences()
    for sentence, places in sorted(wanted.items()):
        where = ", ".join(sorted(places))
        if not known.get(sentence):
            yield f"not in {lang} ({where}): {sentence}"
        elif not same_places(sentence, known[sentence]):
            yield f"other {{places}} ({where}): {sentence} -> {known[sentence]}"
    for sentence in sorted(set(known) - set(wanted)):
        yield f"no longer in the code: {sentence}"
    expected, text = merged(known, lang), po(lang)
    compiled = text.with_suffix(".mo")
    if not text.is_file() or text.read_bytes() != as_po(expected):
        yield f"{text.name} ({lang}) is not what `update` writes"
    if not compiled.is_file() or compiled.read_bytes() != as_mo(expected):
        yield f"{compiled.name} ({lang}) is not compiled from {text.name}"


def same_places(sentence: str, chinese: str) -> bool:
    """Whether both texts hold exactly the same ``{places}``.

    >>> same_places("{a} of {b}", "{b}中的{a}"), same_places("{a}", "{b}")
    (True, False)
    """
    try:
        return places_in(sentence) == places_in(chinese)
    except ValueError:
        return sentence == chinese  # a brace that is no place


def places_in(text: str) -> list[str]:
    """The names of the ``{places}`` of a sentence, sorted."""
    return sorted({name for _text, name, _spec, _conversion in Formatter().parse(text) if name})


def update(dictionaries: list[Path], lang: str = "zh") -> None:
    """Write a catalog anew from the code, what is known, and the dictionaries."""
    known = kept(lang)
    for path in dictionaries:
        known |= {
            english: words for english, words in runpy.run_path(str(path))["T"].items() if words
        }
    catalog, text = merged(known, lang), po(lang)
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_bytes(as_po(catalog))
    text.with_suffix(".mo").write_bytes(as_mo(catalog))


def main() -> int:
    """Run the tool; 1 where the catalog has faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    updating = commands.add_parser("update", help="take new sentences in, throw old ones out")
    updating.add_argument("--from", dest="dictionaries", type=Path, action="append", default=[])
    updating.add_argument("--lang", default="zh")
    commands.add_parser("check", help="say what is missing, odd or out of date")
    asked = parser.parse_args()
    if asked.command == "update":
        update(asked.dictionaries, asked.lang)
    found = [fault for lang in languages() for fault in faults(lang)]
    for fault in found:
        sys.stdout.write(fault + "\n")
    sys.stdout.write(f"{len(sentences())} sentences, {len(found)} faults\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
