"""``townland layers pack``: layers written once, for checks that read windows of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.i18n import Words, _, displayed
from townland_cli import printing, streams
from townland_cli.options import LANG, AsJson, Catalog, Lang, LogFile, Quiet, words

if TYPE_CHECKING:
    from townland.layers.pack import PackedLayer

HELP = words("Write layers once as GeoParquet, of which checks then read windows.")
EXAMPLE = words("Example: townland layers pack land_use --catalog layers/catalog.toml --out .")


def pack_layers(
    named: Annotated[
        list[str],
        typer.Argument(
            metavar="LAYER", help=words("layers, roles or files that the catalog names")
        ),
    ],
    catalog: Catalog = Path("layers/catalog.toml"),
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help=words("the folder to write into; beside each source without it")
        ),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers pack`.

    Parameters
    ----------
    named, catalog, out, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.catalog import load_catalog
    from townland.layers.pack import layers_pack

    layers = load_catalog(catalog)
    with printing.progress(lang, quiet=quiet) as progress:
        packed = layers_pack(layers, named, out=out, progress=progress)
    streams.stands(0, printed=as_json)
    if as_json:
        printing.document({"packed": [_document(each) for each in packed]})
        return
    if quiet:
        return
    for each in packed:
        for line in _lines(each):
            printing.paragraph(displayed(line, lang), indent="")
    new = [
        f'  {name}:  packed = "{each.packed}"'
        for each in packed
        for name in each.names
        if layers.named(name).packed != each.packed
    ]
    if new:
        message = _("write into {catalog}, at the layer of each line:", catalog=catalog.as_posix())
        printing.say()
        printing.say(displayed(message, lang))
        printing.say("\n".join(new))


def _lines(each: PackedLayer) -> list[Words]:
    """What was written, and what of the source is not in it."""
    lines: list[Words] = [
        _(
            "{path}: {count} {count:feature|features}, {size} MB",
            path=each.path.as_posix(),
            count=each.features,
            size=f"{each.size / 1e6:.1f}",
        )
    ]
    if each.left_out:
        lines.append(
            _(
                "left out, since they hold personal data or are computed when they are read: {columns}",
                columns=", ".join(each.left_out),
            )
        )
    return lines


def _document(each: PackedLayer) -> dict[str, object]:
    """One packed file, as the JSON of ``layers pack`` gives it."""
    return {
        "layers": list(each.names),
        "path": each.path.as_posix(),
        "packed": each.packed,
        "features": each.features,
        "row_groups": each.row_groups,
        "bytes": each.size,
        "left_out": list(each.left_out),
    }
