"""What the server that made a file of JSON says in it: that features are missing, or that it failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue

_EXCEEDED = "exceededTransferLimit"
_TOTALS = ("numberMatched", "totalFeatures", "totalCount")
"""OGC API Features and WFS; GeoServer before 2.14; others."""


def refuse_error(document: object, place: str) -> None:
    """Refuse the answer of a server that failed, with what it holds before it failed or without.

    Raises
    ------
    LayerError
        The document has a member ``error`` with a code or a message, as ArcGIS writes it.
    """
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, dict) and {"code", "message"} & error.keys():
        raise LayerError(
            _(
                "{place}: the server that made the file reports an error in it ({code}: {message}); get"
                " the data again",
                place=place,
                code=str(error.get("code", "-"))[:20],
                message=" ".join(str(error.get("message", "-")).split())[:200],
            )
        )


def left_out(document: Mapping[str, object], features: int | None) -> Iterator[Issue]:
    """That the server left features out, where the file says so.

    Parameters
    ----------
    document, features
        The file, and how many features it holds.
    """
    more = document.get("properties")
    whole = {**(more if isinstance(more, dict) else {}), **document}
    if whole.get(_EXCEEDED) is True:
        message = _(
            "the server that made the file left features out (exceededTransferLimit); ask for the rest"
        )
        yield Issue("features_left_out", "warning", message)
        return
    for name in _TOTALS:
        total = whole.get(name)
        if isinstance(total, int) and type(total) is not bool and total > (features or 0):
            message = _(
                "the file holds {count} {count:feature|features}, and the server that"
                " made it had {total} ({name}); ask for the rest",
                count=features or 0,
                total=total,
                name=name,
            )
            yield Issue("features_left_out", "warning", message)
            return
