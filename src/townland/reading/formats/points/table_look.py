"""Points of a table that nobody sees, or that have no value: refused, as they may not count."""

from __future__ import annotations

from collections.abc import Sequence

from townland.errors import LayerError
from townland.i18n import Words, _
from townland.reading.formats.points.heading import Heading
from townland.reading.formats.points.workbook import Sheet
from townland.reading.formats.points.workbook_look import column_name, concealed, unreadable

_USED = ("plot", "name", "ring")
"""What else than the two coordinates decides which ring a point belongs to."""


def refuse_hidden_columns(sheet: Sheet, heading: Heading) -> None:
    """Refuse a table whose coordinates, plots, names or rings stand in a hidden column.

    Raises
    ------
    LayerError
        One does; the message names the column.
    """
    for at in sorted(_columns(heading) & sheet.look.hidden_columns):
        raise LayerError(
            _(
                "{place}: column {column} is hidden, and decides which points make which ring; show it"
                " if it counts, or delete it if it does not",
                place=sheet.place,
                column=column_name(at),
            )
        )


def refuse_concealed(sheet: Sheet, heading: Heading, row: int, cells: Sequence[str]) -> None:
    """Refuse a point in a row that is hidden or struck through, or with a cell that has no value.

    Parameters
    ----------
    sheet, heading
        The sheet, and where its headings stand.
    row, cells
        The row, and its cells.

    Raises
    ------
    LayerError
        It is such a row; the message gives the choice.
    """
    both = heading.first, heading.second
    for column, fault in unreadable(sheet.look, row, cells):
        # what stands in a coordinate's cell as text is refused with the point
        as_text = column in both and column < len(cells) and cells[column]
        if column in _columns(heading) and not as_text:
            raise _refused(sheet, row, fault)
    is_point = all(column < len(cells) and cells[column] for column in both)
    reason = concealed(sheet.look, row) if is_point else None
    if reason is not None:
        raise _refused(sheet, row, reason)


def _columns(heading: Heading) -> set[int]:
    used = (heading.columns[role] for role in _USED if role in heading.columns)
    return {heading.first, heading.second, *used}


def _refused(sheet: Sheet, row: int, reason: Words) -> LayerError:
    """The error about a row.

    Parameters
    ----------
    sheet, row
        Where it stands.
    reason
        What is wrong with it, and what to do.
    """
    return LayerError(_("{place}, row {row}: {reason}", place=sheet.place, row=row, reason=reason))
