"""The findings of a check on the console: a page, or every one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING

from townland.i18n import Words, _, displayed, listed, one_line, render
from townland.terms import VERDICTS, role
from townland.writing.run_folder import files_written
from townland_cli import printing
from townland_cli.paging import FEW, LINES
from townland_cli.wrapping import cell_len, width, wrapped

if TYPE_CHECKING:
    from townland.measuring import TownResult
    from townland.results import Assessment
    from townland.rules.confirmations import Waiting
    from townland.rules.judging.finding import Finding

PLAIN = ("pass", "info")
"""Verdicts whose reasons the console leaves to the report."""

GRAVEST = tuple(VERDICTS)
"""The verdicts, the one to look at first before the others."""

NOTES, FACTS, REASON, FILES = 6, 4, 3, 5
"""Lines of a page: for notes, for what waits, for the reason of a failure, and for the files."""

NARROW, LEAST, CODE = 12, 6, 20
"""Columns that a town's name has at least; those in a single line; signs that its code has at most."""


def page(assessment: Assessment, out: Path, formats: Sequence[str], lang: str) -> None:
    """Print a page: what to note, each town in a line, the gravest findings, where to look.

    Parameters
    ----------
    assessment
        What was found.
    out, formats
        The run folder, and what was written into it.
    lang
        The language.
    """
    for each in assessment.notices:
        printing.LOGGER.warning("%s", displayed(each.message, lang))
    above = [*_notes(assessment, lang), *_waiting(assessment, lang), *_town_lines(assessment, lang)]
    below = ["", *wrapped(displayed(_rested_on(assessment), lang), width())]
    below += _files(out, formats, lang)
    few = len(assessment.towns) <= FEW
    room = LINES - len(above) - len(below) - 1
    between = ["", *_gravest(assessment, room, lang)] if few else []
    for line in (*above, *between, *below):
        printing.say(line)


def _rested_on(assessment: Assessment) -> Words:
    return _(
        "Rulebook {title}, as of {on}. This assists, and does not replace the legal survey.",
        title=assessment.rulebook.title,
        on=assessment.on.isoformat(),
    )


def _notes(assessment: Assessment, lang: str) -> Iterator[str]:
    """What a reader must know before the findings, as far as there is room."""
    told = [
        displayed(_("Note well: {text}", text=each.message), lang) for each in assessment.notices
    ]
    yield from _first(told, NOTES, lang)


def _waiting(assessment: Assessment, lang: str) -> Iterator[str]:
    """What findings wait for, as far as there is room: the question, and the line that answers it."""
    told = [
        f"{displayed(fact.head, lang)} → {one_line(fact.coverage)}"
        for fact in assessment.confirmations
    ]
    yield from _first(told, FACTS, lang)


def _first(texts: Sequence[str], room: int, lang: str) -> Iterator[str]:
    """The lines of the first texts that have room, and how many more there are.

    Parameters
    ----------
    texts
        What is printed.
    room
        The lines, of which one may say how many more there are.
    lang
        The language.
    """
    for at, text in enumerate(texts):
        lines = _at_most(list(wrapped(text, width())), REASON)
        last = at == len(texts) - 1
        if len(lines) > room - (not last):
            yield displayed(
                _("… and {count} more of these; --verbose prints them", count=len(texts) - at), lang
            )
            return
        room -= len(lines)
        yield from lines


def _at_most(lines: list[str], room: int) -> list[str]:
    """The first lines; where there are more, the last one ends so."""
    return (
        lines
        if len(lines) <= room
        else [*lines[: room - 1], _clipped(lines[room - 1] + " …", width())]
    )


def _clipped(line: str, columns: int) -> str:
    """A line that is no wider than so many columns."""
    if cell_len(line) <= columns:
        return line
    widths = accumulate(cell_len(sign) for sign in line)
    return line[: sum(width < columns for width in widths)].rstrip() + "…"


def _town_lines(assessment: Assessment, lang: str) -> Iterator[str]:
    """Each town in a line with its verdicts, the one with the gravest before the others."""
    counts: dict[str | None, Counter[str]] = {
        town.town.code: Counter() for town in assessment.towns
    }
    for finding in assessment.findings:
        counts.setdefault(finding.town, Counter())[finding.verdict.value] += 1
    for code in sorted(counts, key=lambda code: [-counts[code][verdict] for verdict in GRAVEST]):
        numbers = (
            _(", ")
            .render(lang)
            .join(
                f"{displayed(VERDICTS[verdict], lang)} {counts[code][verdict]}"
                for verdict in GRAVEST
                if counts[code][verdict]
            )
        )
        result = None if code is None else assessment.town(code)
        yield from _town_line(result, numbers, lang, few=len(assessment.towns) <= FEW)


def _town_line(result: TownResult | None, numbers: str, lang: str, *, few: bool) -> Iterator[str]:
    """One town with its verdicts: its area is kept, a long name is shortened.

    Parameters
    ----------
    result
        The town; None is all towns together.
    numbers
        Its verdicts.
    lang
        The language.
    few
        Whether there is room for a second line; without it the area gives way to the verdicts.
    """
    room = width() - cell_len(numbers) - 3
    if result is None:
        name = displayed(_("All towns together"), lang)
    elif fitted := _fitted(result, room, lang, least=NARROW if few else LEAST):
        name = fitted
    elif few:
        alone = _fitted(result, width(), lang) or displayed(_titled(result), lang)
        yield _clipped(alone, width())
        yield from (f"    {line}" for line in wrapped(numbers, width() - 4))
        return
    else:
        name = displayed(_("{code} {name}", code=_code(result), name=_name(result)), lang)
    yield _clipped(f"{_clipped(name, max(room, NARROW))}   {numbers}", width())


def _fitted(result: TownResult, room: int, lang: str, *, least: int = NARROW) -> str | None:
    """A town with its area, its name shortened; None where not even that fits.

    Parameters
    ----------
    result
        The town.
    room, least
        The columns, and those that the name has at least.
    lang
        The language.
    """
    name = _name(result)
    for words in (_titled, _in_hectares):
        rest = cell_len(displayed(words(result, ""), lang))
        if rest + min(cell_len(name), least) <= room:
            return displayed(words(result, _clipped(name, room - rest)), lang)
    return None


def _code(result: TownResult) -> str:
    return one_line(result.town.code, CODE)


def _name(result: TownResult) -> str:
    return one_line(result.town.name)


def _titled(result: TownResult, name: str | None = None) -> Words:
    from townland import units

    return _(
        "{code} {name}: {ha} ha ({mu} mu)",
        code=_code(result),
        name=_name(result) if name is None else name,
        ha=units.ha(result.area_m2),
        mu=units.mu(result.area_m2),
    )


def _in_hectares(result: TownResult, name: str) -> Words:
    from townland import units

    return _("{code} {name}: {ha} ha", code=_code(result), name=name, ha=units.ha(result.area_m2))


def _gravest(assessment: Assessment, room: int, lang: str) -> Iterator[str]:
    """The findings, gravest first, as far as there is room; of those that pass the titles.

    Parameters
    ----------
    assessment
        What was found.
    room
        The lines, of which one may say how many more there are that do not pass.
    lang
        The language.
    """
    ordered = sorted(assessment.findings, key=lambda each: GRAVEST.index(each.verdict.value))
    open_ones = sum(each.verdict.value not in PLAIN for each in ordered)
    room -= 1
    for at, finding in enumerate(ordered):
        block = _block(assessment, finding, lang)
        if len(block) > room:
            if at < open_ones:
                more = _(
                    "… and {count} more {count:finding|findings} that do not pass; the"
                    " report has them, or --verbose",
                    count=open_ones - at,
                )
                yield displayed(more, lang)
            return
        room -= len(block)
        yield from block


def _block(assessment: Assessment, finding: Finding, lang: str) -> list[str]:
    """The lines of one finding on a page: rule and title, and the beginning of its reason.

    Parameters
    ----------
    assessment, finding
        What was found, and one of it.
    lang
        The language.
    """
    town = one_line(finding.town or "", CODE) + " " if len(assessment.towns) > 1 else ""
    several = len({each.rulebook for each in assessment.findings}) > 1
    head = _head(finding, lang, book=finding.rulebook if several else "")
    verdict = finding.verdict.value
    room = REASON if verdict == GRAVEST[0] else int(verdict not in PLAIN)
    reason = wrapped(displayed(finding.why, lang), width() - 13)  # there may be a mark at the end
    lines = _at_most(list(islice(reason, room + 1)), room) if room else []
    return [_clipped(f"  {town}{head}", width()), *(" " * 11 + line for line in lines)]


def _head(finding: Finding, lang: str, *, book: str) -> str:
    """The rule, the verdict and the title of a finding.

    Parameters
    ----------
    finding, lang
        What is printed, and its language.
    book
        The id of the rulebook; empty where all findings are of one.
    """
    verdict = displayed(VERDICTS[finding.verdict.value], lang)
    if finding.only_waits:
        verdict = displayed(_("{verdict}: waits for confirmation", verdict=verdict), lang)
    title = displayed(finding.title, lang)
    return f"{finding.rule}  [{verdict}]  {title}{book and f'  ({book})'}"


def _files(out: Path, formats: Sequence[str], lang: str) -> list[str]:
    """Where to look: a line a file, of many the folder with their names.

    Parameters
    ----------
    out, formats
        The run folder, and what was written into it.
    lang
        The language.
    """
    files = files_written(formats)
    if len(files) <= FILES:
        return [
            f"  {one_line((out / file).as_posix(), printing.PATH)}  {displayed(title, lang)}"
            for file, title in files.items()
        ]
    return _at_most(list(wrapped(f"  {out.as_posix()}: {', '.join(files)}", width())), REASON)


def every_finding(assessment: Assessment, out: Path, formats: Sequence[str], lang: str) -> None:
    """Print every finding of every town, and where to look.

    Parameters
    ----------
    assessment
        What was found.
    out, formats
        The run folder, and what was written into it.
    lang
        The language.
    """
    printing.notices([each.message for each in assessment.notices], lang)
    _confirmations(assessment, lang)
    for result in assessment.towns:
        _findings(assessment, result.town.code, _titled(result), lang)
    if any(finding.town is None for finding in assessment.findings):
        _findings(assessment, None, _("All towns together"), lang)
    if len(assessment.towns) > 1:
        printing.say("")
        _overview(assessment, lang)
    printing.say("")
    printing.say(displayed(_rested_on(assessment), lang))
    printing.where_to_look(out, files_written(formats), lang)


def _confirmations(assessment: Assessment, lang: str) -> None:
    """Print each fact that findings wait for, once: the question, the line, the verdicts then."""
    for fact in assessment.confirmations:
        printing.say("")
        printing.paragraph(displayed(fact.head, lang), indent="")
        where = displayed(fact.where(assessment.catalog), lang)
        printing.say(f"  → {one_line(fact.coverage)}  ({where})")
        for row in fact.rows:
            printing.say(f"    {_once_confirmed(row, lang)}")


def _once_confirmed(row: Waiting, lang: str) -> str:
    """The rule, its towns, and the verdict that it has once its layer is confirmed."""
    together = displayed(_("All towns together"), lang)
    towns = displayed(listed(town or together for town in row.towns), lang)
    line = f"{row.rule} {towns} → {displayed(VERDICTS[row.verdict.value], lang)}"
    if not row.others:
        return line
    others = _(", ").render(lang).join(render(role(name), lang) for name in row.others)
    too = displayed(_("with {others} confirmed too", others=others), lang)
    return f"{line}  ({too})"


def _findings(assessment: Assessment, code: str | None, title: Words, lang: str) -> None:
    """Print the findings of one town, or of all together.

    Parameters
    ----------
    assessment
        What was found.
    code, title
        The town's code (None for all together), and the line above its findings.
    lang
        The language.
    """
    printing.say("")
    printing.say(displayed(title, lang))
    several = len({finding.rulebook for finding in assessment.findings}) > 1
    for finding in assessment.findings_of(code):
        _print_finding(finding, lang, book=finding.rulebook if several else "")


def _print_finding(finding: Finding, lang: str, *, book: str) -> None:
    """Print the verdict of a finding, the rulebook of several it stands in, and why it does not pass.

    Parameters
    ----------
    finding, lang
        What is printed, and its language.
    book
        The id of the rulebook; empty where all findings are of one.
    """
    printing.say(f"  {_head(finding, lang, book=book)}")
    if finding.verdict.value not in PLAIN:
        printing.paragraph(displayed(finding.why, lang), indent=" " * 11)


def _overview(assessment: Assessment, lang: str) -> None:
    """Print how many rules have each verdict, a line a town; `report.html` has the matrix."""
    from townland.results import TOGETHER

    together = displayed(_("All towns together"), lang)
    printing.table(
        [
            (
                together if town == TOGETHER else town,
                *(int((verdicts == verdict).sum()) for verdict in VERDICTS),
            )
            for town, verdicts in assessment.matrix().iterrows()
        ],
        [displayed(_("town"), lang), *(displayed(word, lang) for word in VERDICTS.values())],
    )
