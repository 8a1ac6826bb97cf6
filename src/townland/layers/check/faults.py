"""What is wrong with a layer, one kind of fault at a time, with the features that have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from townland.i18n import Text, Words, _
from townland.issues import Issue, Severity

TOLD = 10
"""So many features of one kind of fault are listed; all of them are counted, and drawn."""

DRAWN = 100_000
"""So many features of one kind of fault are drawn."""

Message: TypeAlias = Words | Callable[[NDArray[np.int64]], Words]
"""What is wrong with features, or how to say it of the rows that are marked."""

NOBODY = np.array([], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """One kind of fault of a layer, and the features that have it.

    `rows` are positions in the layer's frame, none where the fault is the layer's as a whole. What
    fills the places of `message` may be an array, one value for each row; or there is a
    message for each. `shapes` are the places of the faults where these are not the features themselves,
    of at least the first `DRAWN`.
    """

    code: str
    severity: Severity
    message: Words | tuple[Words, ...]
    rows: NDArray[np.int64] = field(default_factory=NOBODY.copy)
    shapes: NDArray[np.object_] | None = None

    @property
    def count(self) -> int:
        """How many features have the fault; 1 for the layer as a whole."""
        return max(1, len(self.rows))

    def at(self, position: int) -> Words:
        """The message for one of the rows."""
        if isinstance(self.message, tuple):
            return self.message[position]
        return _picked(self.message, position)


def where(
    mask: NDArray[np.bool_], code: str, severity: Severity, message: Message
) -> Iterator[Faults]:
    """The features that a mask marks; arrays in the message are those of the whole layer.

    A function makes the message from the marked rows, where its words are costly.

    Parameters
    ----------
    mask
        The features that have the fault.
    code, severity
        Which fault it is, and how grave.
    message
        The message, or a function that makes it from the marked rows.
    """
    rows = np.flatnonzero(mask)
    if len(rows):
        words = message(rows) if callable(message) else _picked(message, rows)
        yield Faults(code, severity, words, rows)


def _picked(message: Words, rows: int | NDArray[np.int64]) -> Words:
    """A message with the values of one row, or of several, in place of those of the whole layer."""
    if not isinstance(message, Text):
        return message
    params = (
        (name, value[rows] if isinstance(value, np.ndarray) else value)
        for name, value in message.params
    )
    return Text(message.msgid, tuple(params))


def printed(hundredths: NDArray[np.int64]) -> NDArray[np.object_]:
    """Whole hundredths of a square metre as they are printed.

    >>> printed(np.array([146550, -5])).tolist()
    ['1465.50', '-0.05']
    """
    return np.array([str(Decimal(int(n)).scaleb(-2)) for n in hundredths], dtype=object)


def issues(faults: Sequence[Faults], ids: Sequence[str], layer: str) -> Iterator[Issue]:
    """The faults as issues: the first features of each kind, and how many there are in all.

    Parameters
    ----------
    faults
        The faults.
    ids
        The ids of the layer's features, in order.
    layer
        The layer's name.
    """
    for each in faults:
        if not len(each.rows):
            yield Issue(each.code, each.severity, each.at(0), layer)
            continue
        for position, row in enumerate(each.rows[:TOLD].tolist()):
            yield Issue(each.code, each.severity, each.at(position), layer, str(ids[row]))
        if len(each.rows) > TOLD:
            message = _(
                "{count} {count:feature|features} in all; {told} of them are listed, all"
                " are in the GeoPackage of faults (--out)",
                count=len(each.rows),
                told=TOLD,
            )
            yield Issue(each.code, each.severity, message, layer)
