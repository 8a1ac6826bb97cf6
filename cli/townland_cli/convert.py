"""``townland convert``: a boundary file in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from townland.i18n import _, displayed
from townland_cli import printing, streams
from townland_cli.options import (
    LANG,
    AsJson,
    Columns,
    Crs,
    Encoding,
    Lang,
    Layer,
    LogFile,
    Quiet,
    chosen_columns,
    words,
)

HELP = words(
    "Write a boundary file in another format: Shapefile, GeoPackage, GeoJSON, KML, DXF, TXT or XLSX."
)
EXAMPLE = words("Example: townland convert layers/sample/towns.gpkg towns.dxf")


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help=words("the file with the boundaries"))
    ],
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help=words("the file to write; its suffix names the format")),
    ],
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    columns: Columns = None,
    to_crs: Annotated[
        str | None,
        typer.Option("--to-crs", help=words("the CRS to write in; that of IN by default")),
    ] = None,
    to_encoding: Annotated[
        str | None,
        typer.Option(
            "--to-encoding",
            help=words(
                "the encoding of the text that is written, UTF-8 or GB18030; the default is UTF-8,"
                " for TXT GB18030"
            ),
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", help=words("a column that is not copied; may be given again")),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            metavar="fields=N",
            help=words(
                "how a TXT is written: the number of fields of a header, whether Y begins with the"
                " zone's number (yes, no), a file a plot (single=yes)"
            ),
        ),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland convert`.

    Parameters
    ----------
    source, out, layer, crs, encoding, columns, to_crs, to_encoding, leave_out
        As the help of the command says.
    template
        As the help of the command says.
    as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    import townland as tl
    from townland.conversion.text_template import PLAIN, template_named

    done = tl.convert(
        source,
        out,
        layer=layer,
        crs=crs,
        encoding=encoding,
        columns=chosen_columns(columns),
        to_crs=to_crs,
        to_encoding=to_encoding,
        leave_out=leave_out or [],
        template=PLAIN if template is None else template_named(template),
    )
    streams.stands(0, printed=as_json)
    if as_json:
        printing.document(
            {
                "in": source.as_posix(),
                "out": out.as_posix(),
                "features": done.features,
                "crs": done.crs,
                "issues": [printing.issue(issue, lang) for issue in done.issues],
            }
        )
        return
    if quiet:
        return
    for issue in done.issues:
        severity = displayed(printing.SEVERITIES[issue.severity], lang)
        printing.say(f"{severity}  {displayed(issue.message, lang)}")
    printing.say(
        displayed(
            _(
                "{out}: {count} {count:feature|features} in {crs}",
                out=out.as_posix(),
                count=done.features,
                crs=done.crs,
            ),
            lang,
        )
    )
