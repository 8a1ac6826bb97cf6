"""``townland convert``: one call of the library, and what it says."""

from __future__ import annotations

from pathlib import Path

import typer

from townland.i18n import _, render
from townland_cli import printing


def run_convert(
    source: Path,
    out: Path,
    *,
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    to_crs: str | None,
    to_encoding: str | None,
    leave_out: list[str],
    as_json: bool,
    lang: str,
    quiet: bool,
) -> None:
    """Convert a boundary file, and tell what was assumed or lost."""
    from townland.conversion.boundary import convert

    done = convert(
        source,
        out,
        layer=layer,
        crs=crs,
        encoding=encoding,
        to_crs=to_crs,
        to_encoding=to_encoding,
        leave_out=leave_out,
    )
    if as_json:
        printing.document(
            {
                "in": source.as_posix(),
                "out": out.as_posix(),
                "features": done.features,
                "crs": done.crs,
                "issues": [printing.issue(one, lang) for one in done.issues],
            }
        )
        return
    if quiet:
        return
    for issue in done.issues:
        severity = printing.SEVERITIES[issue.severity].render(lang)
        typer.echo(f"{severity}  [{issue.code}] {render(issue.message, lang)}")
    typer.echo(
        _(
            "{out}: {count} features in {crs}",
            out=out.as_posix(),
            count=done.features,
            crs=done.crs,
        ).render(lang)
    )
