"""The figures of the house: how many rooms and floors it has, and how its code is written.

    python tools/measure.py                    print each figure with its bar
    python tools/measure.py --list [NAME ...]  name the places that a figure counts
    python tools/measure.py --write            put the table of figures into CONTRIBUTING.md

A line of code is a physical line that is neither blank, nor a comment, nor part of a docstring, so that
explaining a function never makes it longer.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "src" / "townland"
CODE = (LIBRARY, ROOT / "cli" / "townland_cli", ROOT / "demo" / "townland_demo")
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
MARKS = ("<!-- figures: tools/measure.py --write -->", "<!-- end of the figures -->")

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = str
"""Where something stands: ``src/townland/units.py:12 half_up``."""


@dataclass(frozen=True)
class Module:
    """One file of the code, parsed."""

    path: Path
    lines: tuple[str, ...]
    nodes: tuple[ast.AST, ...]

    def at(self, node: ast.AST, name: str = "") -> Place:
        """Name the line of a node."""
        line = getattr(node, "lineno", 1)
        return f"{self.path.relative_to(ROOT).as_posix()}:{line} {name}".rstrip()


@dataclass(frozen=True)
class Figure:
    """A figure of the house: its words, the number, the bar that it must not pass, what it counts."""

    name: str
    title: str
    value: int
    bar: int
    places: tuple[Place, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether the figure is within its bar."""
        return self.value <= self.bar


@cache
def modules(*roots: Path) -> tuple[Module, ...]:
    """Parse every Python file below the roots, in order of their paths."""
    paths = sorted(path for root in roots for path in root.rglob("*.py"))
    return tuple(parsed(path) for path in paths)


@cache
def parsed(path: Path) -> Module:
    """Parse a file, once; its nodes in no order that matters."""
    text = path.read_text("utf-8")
    return Module(path, tuple(text.splitlines()), tuple(ast.walk(ast.parse(text))))


def nodes(kind: type[N]) -> Iterator[tuple[Module, N]]:
    """Give each node of a kind, with the module in which it stands."""
    for module in modules(*CODE):
        yield from ((module, node) for node in module.nodes if isinstance(node, kind))


def functions() -> Iterator[tuple[Module, Function]]:
    """Give each function and method, nested ones too."""
    yield from nodes(ast.FunctionDef)
    yield from nodes(ast.AsyncFunctionDef)


# ---------------------------------------------------------------- rooms and floors


def entries() -> list[Place]:
    """Name what stands at the top of the library beside data and the façade ``__init__``."""
    rooms = [path for path in LIBRARY.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))]
    return sorted(path.name for path in rooms if path.name != "__init__.py")


def floors() -> list[str]:
    """Give the floors of the import contract, from the top down.

    Rooms that stand beside one another with ``|`` may not import each other: one floor. With ``:`` they
    may, and each is a floor of its own.
    """
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    return [part.strip() for layer in layers for part in layer.split(":")]


# ---------------------------------------------------------------- cycles


def module_name(path: Path) -> str:
    """Give the dotted name of a module: ``townland.units``."""
    root = next(root.parent for root in CODE if path.is_relative_to(root))
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """Give the modules that a statement imports, each with the name that may be a module of it."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
        return
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    base = ".".join([*(above if node.level else []), *([node.module] if node.module else [])])
    yield from ((base, f"{base}.{alias.name}") for alias in node.names)


def statements() -> Iterator[tuple[Module, ast.Import | ast.ImportFrom]]:
    """Give each statement that imports, wherever it stands."""
    yield from nodes(ast.Import)
    yield from nodes(ast.ImportFrom)


@cache
def imports() -> dict[str, frozenset[str]]:
    """Give what each module imports of the others.

    Imports inside functions and under ``TYPE_CHECKING`` count. The façade ``townland`` stands apart.
    """
    names = {module_name(module.path) for module in modules(*CODE)}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for module, node in statements():
        own = module_name(module.path)
        package = own if module.path.name == "__init__.py" else own.rpartition(".")[0]
        for base, inner in imported(node, package):
            target = inner if inner in names else base
            if target in names and target != own:
                graph[own].add(target)
    graph.pop("townland")
    return {name: frozenset(targets - {"townland"}) for name, targets in graph.items()}


def reachable(start: str) -> set[str]:
    """Give every module that one module leads to, by one import or by many."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports()[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


def cycles() -> list[Place]:
    """Name each group of modules that lead back to themselves."""
    reach = {name: reachable(name) for name in imports()}
    groups = {
        frozenset(other for other in reach[name] if name in reach[other])
        for name in reach
        if name in reach[name]
    }
    return sorted(" ↔ ".join(sorted(group)) for group in groups)


# ---------------------------------------------------------------- types


def is_any(node: ast.AST) -> bool:
    """Whether a node is ``Any``, by itself or as ``typing.Any``."""
    return (isinstance(node, ast.Name) and node.id == "Any") or (
        isinstance(node, ast.Attribute) and node.attr == "Any"
    )


def anys() -> list[Place]:
    """Name each ``Any``: in annotations, in the types that these name, in what a class is made of."""
    every = [*nodes(ast.Name), *nodes(ast.Attribute)]
    found = sorted((m.path, node.lineno, m.at(node)) for m, node in every if is_any(node))
    return [place for _path, _line, place in found]


def casts() -> list[Place]:
    """Name each call of ``cast()`` that comes from ``typing``."""
    return [
        m.at(node)
        for m, node in nodes(ast.Call)
        if ast.unparse(node.func) in ("cast", "typing.cast")
    ]


def doubles() -> list[Place]:
    """Name each class name that stands for two classes or more, with their places."""
    classes: dict[str, list[Place]] = defaultdict(list)
    for m, node in nodes(ast.ClassDef):
        classes[node.name].append(m.at(node))
    return [f"{name}: {', '.join(at)}" for name, at in sorted(classes.items()) if len(at) > 1]


# ---------------------------------------------------------------- functions


def own_lines(module: Module, node: Function) -> int:
    """Count the lines of code of a function."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    head = range(node.lineno, node.body[0].lineno)
    body = range(first.lineno, (node.end_lineno or 0) + 1)
    texts = (module.lines[number - 1].strip() for number in {*head, *body})
    return sum(bool(text) and not text.startswith("#") for text in texts)


@cache
def lengths() -> tuple[tuple[int, Place], ...]:
    """Give the lines of code of each function, the longest first."""
    every = [(own_lines(m, node), m.at(node, node.name)) for m, node in functions()]
    return tuple(sorted(every, reverse=True))


def median_length() -> int:
    """Give the median of the functions' lines of code, rounded up."""
    return -int(-statistics.median(length for length, _place in lengths()) // 1)


def long_length() -> int:
    """Give the lines of code that nine functions of ten do not pass."""
    every = sorted(length for length, _place in lengths())
    return every[int(0.9 * len(every))]


def longer_than(limit: int, folder: str = "") -> list[Place]:
    """Name the functions of more lines than a limit, the longest first."""
    return [f"{n} {at}" for n, at in lengths() if n > limit and at.startswith(folder)]


def judging() -> list[Place]:
    """Name the functions of the rule kinds that have more than 40 lines."""
    return longer_than(40, "src/townland/rules/kinds/")


def argument_names(node: Function) -> list[str]:
    """Give the names of a function's arguments, without ``self`` and ``cls``."""
    args = node.args
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [each.arg for each in every if each and each.arg not in ("self", "cls")]


def described_names(docstring: str) -> set[str]:
    r"""Give the arguments that the section ``Parameters`` of a numpydoc docstring names.

    >>> sorted(described_names("Parameters\n----------\na, b\n    Lengths, m.\nc\n    x"))
    ['a', 'b', 'c']
    """
    section = re.search(r"^Parameters\n-+\n((?:(?!\n\S+\n-+\n).)*)", docstring, re.M | re.S)
    entries = re.findall(r"^\S.*", section[1], re.M) if section else []
    names = (name for entry in entries for name in entry.partition(":")[0].split(","))
    return {name.strip().strip("*`") for name in names}


def undescribed() -> list[Place]:
    """Name the functions with three arguments or more whose docstring leaves out one of them."""
    return [
        f"{m.at(node, node.name)}: {', '.join(missing)}"
        for m, node in functions()
        if len(names := argument_names(node)) > 2
        and "overload" not in [ast.unparse(each) for each in node.decorator_list]
        and (
            missing := [n for n in names if n not in described_names(ast.get_docstring(node) or "")]
        )
    ]


# ---------------------------------------------------------------- files


def docstrings(module: Module) -> Iterator[ast.Constant]:
    """Give the docstrings of a module, of its functions and classes, and of what it assigns."""
    texts = (node.value for node in module.nodes if isinstance(node, ast.Expr))
    yield from (text for text in texts if isinstance(text, ast.Constant) and text.value is not ...)


def strangers() -> list[Place]:
    """Name each docstring that cites a ``.md`` file that the repository does not have."""
    known = {path.name for folder in ROOT.iterdir() for path in documents(folder)}
    return [
        f"{m.at(text)} {name}"
        for m in modules(*CODE, ROOT / "tools")
        for text in docstrings(m)
        for name in re.findall(r"[\w-]+\.md\b", str(text.value))
        if name not in known
    ]


def documents(folder: Path) -> Iterable[Path]:
    """Give the Markdown files of a folder of the repository, or the file itself."""
    if folder.name.startswith("."):
        return ()
    return folder.rglob("*.md") if folder.is_dir() else {folder} if folder.suffix == ".md" else ()


def long_files() -> list[Place]:
    """Name the Python files of more than 500 physical lines."""
    every = modules(*CODE, ROOT / "tools", ROOT / "benchmarks")
    sizes = [(len(m.lines), m.path.relative_to(ROOT).as_posix()) for m in every]
    return [f"{size} {path}" for size, path in sorted(sizes, reverse=True) if size > 500]


# ---------------------------------------------------------------- the table


def counted(name: str, title: str, bar: int, places: Callable[[], list[Place]]) -> Figure:
    """Make the figure that counts places.

    Parameters
    ----------
    name
        The word for ``--list``.
    title
        What is counted, for the table.
    bar
        The highest count that is accepted.
    places
        Names each place that counts.
    """
    every = places()
    return Figure(name, title, len(every), bar, tuple(every))


def figures() -> list[Figure]:
    """Measure the house."""
    tail = tuple(longer_than(25))
    return [
        counted("entries", "entries at the top of `src/townland`", 22, entries),
        counted("floors", "floors of the import contract", 14, floors),
        counted("cycles", "circles of modules, deferred imports counted", 0, cycles),
        counted("any", "`Any`", 59, anys),
        counted("cast", "calls of `cast()`", 4, casts),
        counted("doubles", "class names that stand for two classes", 0, doubles),
        Figure("median", "lines of a function, median", median_length(), 7),
        Figure("p90", "lines of a function, nine of ten", long_length(), 25, tail),
        counted("parameters", "functions of 3 arguments without their section", 0, undescribed),
        counted("judging", "functions over 40 lines in `rules/kinds`", 0, judging),
        counted("citations", "docstrings that cite a file from elsewhere", 0, strangers),
        counted("files", "Python files over 500 lines", 0, long_files),
    ]  # fmt: skip


def table(every: list[Figure]) -> str:
    """Lay the figures out as they stand in CONTRIBUTING."""
    rows = [f"| `{each.name}` | {each.title} | {each.value} | {each.bar} |" for each in every]
    head = ["| `--list` | what is measured | is | at most |", "|---|---|---:|---:|"]
    return "\n".join([*head, *rows])


def page(text: str, rows: str) -> str:
    """Put the table between its marks in the text of CONTRIBUTING."""
    before, _begin, rest = text.partition(MARKS[0])
    _old, _end, after = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}\n{rows}\n{MARKS[1]}{after}"


def printed(each: Figure, *, places: bool) -> str:
    """Put a figure into lines for the screen."""
    mark = " " if each.reached else "!"
    line = f"{mark} {each.name:<11}{each.value:>5}  (at most {each.bar})  {each.title}"
    return "\n    ".join([line, *(each.places if places else ())])


def main() -> None:
    """Print or write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", nargs="*", metavar="NAME", help="name the places counted")
    parser.add_argument("--write", action="store_true", help="write the table of CONTRIBUTING.md")
    options = parser.parse_args()
    every = figures()
    for each in every:
        if not options.list or each.name in options.list:
            print(printed(each, places=options.list is not None))
    if options.write:
        text = CONTRIBUTING.read_text("utf-8")
        CONTRIBUTING.write_text(page(text, table(every)), "utf-8")


if __name__ == "__main__":
    main()
