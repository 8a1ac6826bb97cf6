"""``townland rules``: the rulebooks, shown and checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from townland.errors import RulebookError
from townland.i18n import Words, _, displayed, render
from townland_cli import paging, printing
from townland_cli.options import LANG, AsJson, Lang, LogFile, Quiet, Verbose, words

if TYPE_CHECKING:
    from townland.rules.book.lint import RulebookFault
    from townland.rules.book.model import Rulebook
    from townland.rules.judging.clause import Rule

FAULTS = 1
"""The exit code where a rulebook cannot be used."""

app = typer.Typer(help=words("Show the rulebooks and their rules."), no_args_is_help=True)


@app.command(
    "list",
    help=words("List the rulebooks that townland ships."),
    epilog=words("Example: townland rules list"),
)
def list_rulebooks(
    as_json: AsJson = False, lang: Lang = LANG, quiet: Quiet = False, log_file: LogFile = None
) -> None:
    """Run `townland rules list`.

    Parameters
    ----------
    as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.rules.book.loader import load_rulebook, shipped

    books = [load_rulebook(name) for name in shipped()]
    if as_json:
        printing.document(
            [
                {
                    "id": book.id,
                    "version": book.version,
                    "title": render(book.title, lang),
                    "rules": len(book.rule),
                }
                for book in books
            ]
        )
        return
    printing.table(
        [(book.id, book.version, len(book.rule), displayed(book.title, lang)) for book in books],
        [
            displayed(_("rulebook"), lang),
            displayed(_("version"), lang),
            displayed(_("rules"), lang),
            displayed(_("title"), lang),
        ],
    )


@app.command(
    help=words("Show a rulebook, or one of its rules: clause, quote, parameters."),
    epilog=words("Example: townland rules show liuzhou-2018 LAND-03"),
)
def show(
    rulebook: Annotated[
        str, typer.Argument(help=words("a rulebook: a shipped one's id, or a file"))
    ],
    rule: Annotated[str | None, typer.Argument(help=words("a rule's id, e.g. LAND-03"))] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland rules show`.

    Parameters
    ----------
    rulebook, rule, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.rules.book.loader import load_rulebook

    book = load_rulebook(rulebook)
    chosen = [each for each in book.rule if rule in (None, each.id)]
    if not chosen:
        raise RulebookError(
            _(
                "the rulebook {book} has no rule {rule}; it has {known}",
                book=book.id,
                rule=rule,
                known=", ".join(each.id for each in book.rule),
            )
        )
    if as_json:
        rules = [_document(each, lang) for each in chosen]
        printing.document({"id": book.id, "version": book.version, "rules": rules})
        return
    printing.say(f"{book.id} {book.version}  {displayed(book.title, lang)}")
    for each in chosen:
        _print(book, each, lang)


@app.command(
    help=words("Check a rulebook: keys, kinds, dates, parameters, and every quote word for word."),
    epilog=words("Example: townland rules lint liuzhou-2018"),
)
def lint(
    rulebook: Annotated[
        str, typer.Argument(help=words("a rulebook: a shipped one's id, or a file"))
    ],
    as_json: AsJson = False,
    verbose: Verbose = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland rules lint`.

    Parameters
    ----------
    rulebook, as_json, verbose, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.rules.book.lint import lint as faults_of

    faults = faults_of(rulebook)
    unusable = any(not fault.usable for fault in faults)
    if as_json:
        printing.document({"file": rulebook, "faults": [_fault(fault, lang) for fault in faults]})
    else:
        told = [
            _("look: {text}", text=fault.message) if fault.usable else fault.message
            for fault in sorted(faults, key=lambda fault: fault.usable)
        ]
        verdict = [] if quiet or unusable else [displayed(_verdict(rulebook, faults), lang)]
        blocks = [paging.line_of(displayed(each, lang)) for each in told]
        paging.print_page([], blocks, verdict, lang=lang, verbose=verbose)
    raise typer.Exit(FAULTS if unusable else 0)


def _fault(fault: RulebookFault, lang: str) -> dict[str, object]:
    return {
        "line": fault.line,
        "key": fault.key,
        "severity": "warning" if fault.usable else "error",
        "message": render(fault.message, lang),
    }


def _verdict(rulebook: str, faults: Sequence[RulebookFault]) -> Words:
    if faults:
        return _("{name}: no faults, but look at what is said above", name=rulebook)
    return _("{name}: no faults", name=rulebook)


@app.command(
    help=words("Print the JSON Schema of a rulebook, for editors."),
    epilog=words("Example: townland rules schema"),
)
def schema(lang: Lang = LANG, quiet: Quiet = False, log_file: LogFile = None) -> None:
    """Run `townland rules schema`.

    Parameters
    ----------
    lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.rules.book.loader import rulebook_schema

    printing.document(rulebook_schema())


def _document(rule: Rule, lang: str) -> dict[str, object]:
    clause = rule.clause
    superseded = clause.superseded
    return {
        "id": rule.id,
        "title": render(rule.title, lang),
        "kind": rule.kind,
        "clause": {
            "document": clause.document,
            "article": clause.article,
            "quote": clause.quote,
            "source": clause.source,
            "effective": clause.effective.isoformat(),
            "responsible": list(clause.responsible),
            "superseded": None if superseded is None else superseded.isoformat(),
        },
        "parameters": rule.parameters(),
    }


def _print(book: Rulebook, rule: Rule, lang: str) -> None:
    """Print one rule: its clause, its quote, what it states and what it leaves open.

    Parameters
    ----------
    book, rule
        A rulebook, and one of its rules.
    lang
        The language.
    """
    from townland.rules.kinds import TITLES

    clause = rule.clause
    printing.say("")
    printing.say(f"{rule.id}  {displayed(rule.title, lang)}  ({rule.kind})")
    printing.say(
        displayed(
            _(
                "  clause: {document} {article}, in force from {day}{assumed}",
                document=clause.document,
                article=clause.article,
                day=clause.effective.isoformat(),
                assumed=_(" (assumed)") if clause.effective_assumed else "",
            ),
            lang,
        )
    )
    if clause.quote:
        printing.say(displayed(_("  quote: “{quote}”", quote=clause.quote), lang))
    elif clause.source:
        printing.say(
            displayed(_("  second-hand, not checked: {source}", source=clause.source), lang)
        )
    for key, value in rule.parameters().items():
        line = f"  {key} = {json.dumps(value, ensure_ascii=False)}"
        printing.say(f"{line}  # {displayed(TITLES[key], lang)}")
    for key in rule.left_open():
        printing.say(displayed(_left_open(book, key, TITLES[key]), lang))


def _left_open(book: Rulebook, key: str, title: Words) -> Words:
    """Say what holds where a rule does not state a parameter, and whose number that is.

    Parameters
    ----------
    book
        The rulebook.
    key, title
        The parameter, and its name in words.
    """
    value = getattr(book.parameter, key, None)
    place = {"key": key, "value": value, "title": title}
    if value is None:
        return _("  {key}: not stated  # {title}", **place)
    if book.parameter.origin(key) == "townland":
        return _(
            "  {key} = {value}  # {title}: townland's default; the policy states none", **place
        )
    return _("  {key} = {value}  # {title}: set under [parameter] for all rules", **place)
