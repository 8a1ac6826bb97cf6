"""``townland layers``, ``rules`` and ``doctor``: call the library, print what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from townland.catalog import load_catalog
from townland.errors import RulebookError
from townland.geodesy.crs import describe, in_degrees
from townland.i18n import Words, _, render
from townland.rules import naming
from townland_cli import printing

if TYPE_CHECKING:
    from townland.rules.book.model import Rulebook

FAULTS = 1


def run_layers_list(catalog: Path, *, as_json: bool, lang: str) -> None:
    """Show the layers of a catalog as they are declared."""
    layers = load_catalog(catalog)
    if as_json:
        printing.document({"layers": [spec.model_dump(mode="json") for spec in layers.layer]})
        return
    printing.table(
        [
            (
                spec.name,
                spec.role,
                spec.path + (f" | {spec.layer}" if spec.layer else ""),
                spec.scheme or ("classes" if spec.classes else "-"),
                spec.surveyed or "-",
                spec.licence or "-",
            )
            for spec in layers.layer
        ],
        [
            _("layer").render(lang),
            _("role").render(lang),
            _("file").render(lang),
            _("scheme").render(lang),
            _("surveyed").render(lang),
            _("licence").render(lang),
        ],
    )


def run_rules_lint(name_or_path: str, *, as_json: bool, lang: str, quiet: bool) -> int:
    """Check a rulebook and print every fault; the exit code is 1 where there are any."""
    from townland.rules.book.lint import lint

    faults = lint(name_or_path)
    if as_json:
        printing.document(
            {
                "file": name_or_path,
                "faults": [
                    {
                        "line": fault.line,
                        "key": fault.key,
                        "severity": "warning" if fault.usable else "error",
                        "message": render(fault.message, lang),
                    }
                    for fault in faults
                ],
            }
        )
    elif faults:
        for fault in faults:
            told = _("look: {text}", text=fault.message) if fault.usable else fault.message
            typer.echo(render(told, lang))
    unusable = any(not fault.usable for fault in faults)
    if not (faults or as_json or quiet):
        typer.echo(_("{name}: no faults", name=name_or_path).render(lang))
    elif faults and not (unusable or as_json or quiet):
        typer.echo(
            _("{name}: no faults, but look at what is said above", name=name_or_path).render(lang)
        )
    return FAULTS if unusable else 0


def run_rules_list(*, as_json: bool, lang: str) -> None:
    """List the shipped rulebooks."""
    from townland.rules.book.loader import load_rulebook, shipped

    books = [load_rulebook(name) for name in shipped()]
    if as_json:
        printing.document(
            [
                {
                    "id": book.id,
                    "version": book.version,
                    "title": book.title.render(lang),
                    "rules": len(book.rule),
                }
                for book in books
            ]
        )
        return
    printing.table(
        [(book.id, book.version, len(book.rule), book.title.render(lang)) for book in books],
        [
            _("rulebook").render(lang),
            _("version").render(lang),
            _("rules").render(lang),
            _("title").render(lang),
        ],
    )


def run_rules_show(name: str, rule_id: str | None, *, as_json: bool, lang: str) -> None:
    """Show a rulebook, or one rule of it with its clause, quote and parameters."""
    from townland.rules.book.loader import load_rulebook

    book = load_rulebook(name)
    chosen = [rule for rule in book.rule if rule_id in (None, rule.id)]
    if not chosen:
        raise RulebookError(
            _(
                "the rulebook {book} has no rule {rule}; it has {known}",
                book=book.id,
                rule=rule_id,
                known=", ".join(rule.id for rule in book.rule),
            )
        )
    if as_json:
        printing.document(
            {
                "id": book.id,
                "version": book.version,
                "rules": [
                    {
                        "id": rule.id,
                        "title": rule.title.render(lang),
                        "kind": rule.kind,
                        "clause": {
                            "document": rule.clause.document,
                            "article": rule.clause.article,
                            "quote": rule.clause.quote,
                            "source": rule.clause.source,
                            "effective": rule.clause.effective.isoformat(),
                            "superseded": None
                            if rule.clause.superseded is None
                            else rule.clause.superseded.isoformat(),
                        },
                        "parameters": rule.parameters(),
                    }
                    for rule in chosen
                ],
            }
        )
        return
    typer.echo(f"{book.id} {book.version}  {book.title.render(lang)}")
    for rule in chosen:
        clause = rule.clause
        typer.echo("")
        typer.echo(f"{rule.id}  {rule.title.render(lang)}  ({rule.kind})")
        typer.echo(
            _(
                "  clause: {document} {article}, in force from {day}{assumed}",
                document=clause.document,
                article=clause.article,
                day=clause.effective.isoformat(),
                assumed=_(" (assumed)") if clause.effective_assumed else "",
            ).render(lang)
        )
        if clause.quote:
            typer.echo(_("  quote: “{quote}”", quote=clause.quote).render(lang))
        elif clause.source:
            typer.echo(_("  second-hand, not checked: {source}", source=clause.source).render(lang))
        for key, value in rule.parameters().items():
            said = f"  {key} = {json.dumps(value, ensure_ascii=False)}"
            typer.echo(f"{said}  # {naming.TITLES[key].render(lang)}")
        for key in rule.left_open():
            typer.echo(_left_open(book, key).render(lang))


def _left_open(book: Rulebook, key: str) -> Words:
    """Say what holds where a rule does not state a parameter, and whose number that is."""
    value = getattr(book.parameter, key, None)
    place = {"key": key, "value": value, "title": naming.TITLES[key]}
    if value is None:
        return _("  {key}: not stated  # {title}", **place)
    if book.parameter.origin(key) == "townland":
        return _(
            "  {key} = {value}  # {title}: townland's default; the policy states none", **place
        )
    return _("  {key} = {value}  # {title}: set under [parameter] for all rules", **place)


def run_doctor(*, as_json: bool, lang: str, quiet: bool) -> int:
    """Print versions and known answers; the exit code is 4 where an answer is wrong."""
    from townland import doctor

    versions, answers = doctor.versions(), list(doctor.answers())
    if as_json:
        printing.document(
            {
                "versions": versions,
                "answers": [
                    {
                        "question": answer.question.render(lang),
                        "found": answer.found,
                        "expected": answer.expected,
                        "agrees": answer.agrees,
                    }
                    for answer in answers
                ],
            }
        )
    elif not quiet:
        for name, number in versions.items():
            typer.echo(f"{name:18} {number}")
        typer.echo("")
        for answer in answers:
            verdict = _("right") if answer.agrees else _("WRONG, expected {x}", x=answer.expected)
            typer.echo(f"{answer.question.render(lang)}: {answer.found}  {verdict.render(lang)}")
    return 0 if all(answer.agrees for answer in answers) else 4


def run_locate(
    file: Path,
    *,
    catalog: Path | None,
    layer: str | None,
    crs: str | None,
    as_json: bool,
    lang: str,
) -> int:
    """Print what a file's numbers say of its CRS; the exit code is 2 where it cannot be read so."""
    from townland import doctor
    from townland.reading.vector import region_of

    region = None if catalog is None else region_of(load_catalog(catalog))
    found = doctor.locate(file, layer=layer, crs=crs, region=region)
    if as_json:
        printing.document(
            {
                "file": found.place,
                "crs_declared": found.declared,
                "crs_used": found.used,
                "refusal": None if found.refusal is None else found.refusal.render(lang),
                "issues": [printing.issue(one, lang) for one in found.issues],
                "bounds": found.bounds,
                "region": found.region,
                "candidates": [
                    {
                        "crs": describe(one.crs),
                        "swapped": one.swapped,
                        "evidence": one.evidence.render(lang),
                    }
                    for one in found.candidates
                ],
            }
        )
        return 0 if found.used else 2
    lines = [
        _("declared: {crs}", crs=found.declared or "-"),
        _(
            "bounds: {bounds}",
            bounds=", ".join(f"{number:.3f}" for number in found.bounds or ()) or "-",
        ),
    ]
    if found.region is not None:
        lines.append(_("region of the layers: {region}", region=in_degrees(found.region)))
    lines += [
        _("the numbers allow {crs}: {evidence}", crs=describe(one.crs), evidence=one.evidence)
        for one in found.candidates
    ]
    if found.used is not None:
        lines.append(_("read as: {crs}", crs=found.used))
    typer.echo(found.place)
    for line in lines:
        typer.echo(f"  {line.render(lang)}")
    for issue in found.issues:
        typer.echo(f"  [{issue.code}] {issue.message.render(lang)}")
    if found.refusal is not None:
        typer.echo(f"  {found.refusal.render(lang)}")
    return 0 if found.used else 2
