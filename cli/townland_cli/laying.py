"""``townland layers check`` and ``init``: call the library, print what it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from townland.catalog import load_catalog
from townland.i18n import _, render
from townland_cli import printing

if TYPE_CHECKING:
    from townland.layers.check import Examined
    from townland.layers.init import Proposal

FAULTS = 1
EXAMPLES = 3


def run_layers_check(
    catalog: Path, *, out: Path | None, as_json: bool, lang: str, quiet: bool
) -> int:
    """Examine every layer; the exit code is 1 where there are faults."""
    from townland.layers.check import examined
    from townland.writing.layer_faults import refuse_existing, write_faults

    layers = load_catalog(catalog)
    if out is not None:
        refuse_existing(out)
    found = []
    with printing.progress(lang, quiet=quiet) as tell:
        for number, spec in enumerate(layers.layer):
            tell(_("examining {name}", name=spec.name), number, len(layers.layer))
            found.append(examined(spec, layers))
        tell(_("examined"), len(layers.layer), len(layers.layer))
    faulty = any(issue.severity != "info" for each in found for issue in each.summary.issues)
    written = None if out is None else write_faults(found, out, lang=lang)
    if as_json:
        paths = [spec.path for spec in layers.layer]
        printing.document(
            {"layers": [_layer(*pair, lang) for pair in zip(found, paths, strict=True)]}
        )
        return FAULTS if faulty else 0
    _print_layers(found, lang)
    _print_faults(found, lang)
    if out is not None and written is not None:
        typer.echo("")
        typer.echo(
            _(
                "{count} faults with a place are in {path}",
                count=sum(written.values()),
                path=out.as_posix(),
            ).render(lang)
        )
    return FAULTS if faulty else 0


def _layer(each: Examined, path: str, lang: str) -> dict[str, Any]:
    summary = each.summary
    return {
        "name": summary.name,
        "role": summary.role,
        "path": path,
        "features": summary.features,
        "crs": summary.crs,
        "encoding": summary.encoding,
        "issues": [printing.issue(one, lang) for one in summary.issues],
        "counts": each.counts,
    }


def _print_layers(found: list[Examined], lang: str) -> None:
    printing.table(
        [
            (
                each.summary.name,
                each.summary.role,
                "-" if each.summary.features is None else each.summary.features,
                each.summary.crs or "-",
                each.summary.encoding or "-",
                sum(count for code, count in each.counts.items() if _grave(each, code)),
            )
            for each in found
        ],
        [
            _("layer").render(lang),
            _("role").render(lang),
            _("features").render(lang),
            "CRS",
            _("encoding").render(lang),
            _("faults").render(lang),
        ],
    )


def _grave(each: Examined, code: str) -> bool:
    return any(issue.code == code and issue.severity != "info" for issue in each.summary.issues)


def _print_faults(found: list[Examined], lang: str) -> None:
    """One line a kind of fault: how many, at which features for example, and the first in words."""
    for each in found:
        told: dict[tuple[str, str], list[Any]] = {}
        for issue in each.summary.issues:
            told.setdefault((issue.severity, issue.code), []).append(issue)
        for (severity, code), issues in sorted(
            told.items(), key=lambda item: list(printing.SEVERITIES)[::-1].index(item[0][0])
        ):
            features = [issue.feature for issue in issues if issue.feature][:EXAMPLES]
            count = each.counts[code]
            place = each.summary.name + (f":{', '.join(features)}" if features else "")
            more = " …" if count > len(features) > 0 else ""
            typer.echo(
                f"{printing.SEVERITIES[severity].render(lang)}  {place}{more}  [{code}] × {count}  "
                f"{render(issues[0].message, lang)}"
            )


def run_layers_init(
    folder: Path, *, out: Path | None, as_json: bool, lang: str, quiet: bool
) -> None:
    """Write a catalog of what a folder holds, and say what could not be placed."""
    from townland.layers.init import propose, write_proposal

    target = folder / "catalog.toml" if out is None else out
    with printing.progress(lang, quiet=quiet) as tell:
        proposal = propose(
            folder, target, tell=lambda name, n, of: tell(_("looking at {name}", name=name), n, of)
        )
    write_proposal(proposal, target, lang=lang)
    if as_json:
        printing.document(_proposal(proposal, target, lang))
        return
    printing.table(
        [
            (item.source, item.role or "-", render(item.verdict, lang), render(item.reason, lang))
            for item in proposal.items
        ],
        [
            _("file").render(lang),
            _("role").render(lang),
            _("placed").render(lang),
            _("on what evidence").render(lang),
        ],
    )
    typer.echo("")
    typer.echo(
        _(
            "{path} is written; read it, complete it, then: townland layers check --catalog {path}",
            path=target.as_posix(),
        ).render(lang)
    )


def _proposal(proposal: Proposal, target: Path, lang: str) -> dict[str, Any]:
    return {
        "catalog": target.as_posix(),
        "layers": [
            {
                "file": item.source,
                "role": item.role,
                "placed": item.placed,
                "reason": render(item.reason, lang),
            }
            for item in proposal.items
        ],
    }
