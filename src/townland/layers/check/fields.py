"""Whether a layer has the fields of its role's schema, of the right type and width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from townland import terms
from townland.catalog import COLUMN_KEYS, LayerSpec
from townland.i18n import Words, _, in_a_row
from townland.layers.check.faults import Faults, where
from townland.layers.check.records import Records, rules_of
from townland.layers.describe import Field, LayerSummary
from townland.reading.columns import as_text, no_numbers
from townland.standards import fields
from townland.standards.fields import FieldRule

NUMBERS = ("int", "int32", "int64", "float", "double")
TEXTS = ("str",)


def schema_faults(spec: LayerSpec, columns: Sequence[Field]) -> Iterator[Faults]:
    """What is missing, extra, of another type or too narrow, by the file's own schema.

    Mandatory fields that are missing are a warning, conditional ones a note; what the schema does not
    know is a note. A column that the catalog names is known, whatever it is called. Columns of personal
    data are named, and their values are never read.
    """
    names = [column.name for column in columns]
    told = {key: fields.find((called,), names) for key, called in _called(spec).items()}
    own = {terms.ROLES[spec.role].class_field: told.get("class_column")}
    held = [(rule, column or own.get(rule.name)) for rule, column in rules_of(spec.role, names)]
    if not held:
        return
    missing = [rule for rule, column in held if column is None]
    if mandatory := _listed(missing, "M"):
        message = _("mandatory fields are missing: {fields}", fields=mandatory)
        yield Faults("field_missing", "warning", message)
    if conditional := _listed(missing, "C"):
        message = _("fields that some records must fill are missing: {fields}", fields=conditional)
        yield Faults("field_absent", "info", message)
    known = {column for column in (*told.values(), *(c for _rule, c in held)) if column is not None}
    personal = [name for name in names if fields.is_personal(name)]
    extra = [name for name in names if name not in known and name not in personal]
    if personal:
        message = _(
            "columns with personal data: {columns}; they are never read, and enter no output",
            columns=in_a_row(personal),
        )
        yield Faults("personal_columns", "info", message)
    if extra:
        message = _("columns that the schema does not know: {columns}", columns=in_a_row(extra))
        yield Faults("field_extra", "info", message)
    by_name = {column.name: column for column in columns}
    for rule, name in held:
        if name is not None and name in known:
            yield from _type_faults(rule, by_name[name])


def _called(spec: LayerSpec) -> dict[str, str]:
    """The columns that the catalog names, by its keys."""
    given = {key: getattr(spec, key) for key in COLUMN_KEYS}
    return {key: called for key, called in given.items() if called is not None}


def _listed(rules: Sequence[FieldRule], need: str) -> Words | None:
    names = [f"{rule.name} {rule.zh}" for rule in rules if rule.need == need]
    return in_a_row(names) if names else None


def _type_faults(rule: FieldRule, column: Field) -> Iterator[Faults]:
    """One column against its field; what the format does not tell is not judged."""
    kind = column.type
    if rule.type == "C" and kind in NUMBERS:
        message = _(
            "the field {field} is text by its schema, but the column {column} holds numbers: leading"
            " zeros of codes are lost",
            field=rule.name,
            column=column.name,
        )
        yield Faults("field_type", "warning", message)
    if rule.type in ("N", "I") and kind in TEXTS:
        message = _(
            "the field {field} is a number by its schema, but the column {column} holds text",
            field=rule.name,
            column=column.name,
        )
        yield Faults("field_type", "warning", message)
    # a DBF number without decimals is a whole number; other formats tell it by the type
    if rule.type == "N" and rule.decimals and (kind.startswith("int") or column.precision == 0):
        message = _(
            "the field {field} has {decimals} {decimals:decimal|decimals} by its schema,"
            " but the column {column} has none",
            field=rule.name,
            column=column.name,
            decimals=rule.decimals,
        )
        yield Faults("field_decimals", "warning", message)
    elif rule.decimals and column.precision is not None and column.precision < rule.decimals:
        message = _(
            "the field {field} has {decimals} {decimals:decimal|decimals} by its schema,"
            " but the column {column} has only {own}",
            field=rule.name,
            column=column.name,
            decimals=rule.decimals,
            own=column.precision,
        )
        yield Faults("field_decimals", "warning", message)


def width_faults(records: Records, summary: LayerSummary) -> Iterator[Faults]:
    """Columns of text that are narrower than their field, where a value fills them to the last.

    Only such a value may have been cut. What a format cannot exceed (254 bytes of a DBF) is no fault of
    the file, and a narrow column whose values are all shorter lost nothing: that is a note.

    Parameters
    ----------
    records
        The layer.
    summary
        Its schema, format and encoding.
    """
    by_name = {column.name: column for column in summary.fields}
    widest = summary.format.widest_text if summary.format is not None else None
    # a DBF counts bytes of its encoding, other formats characters
    encoding = summary.encoding if widest is not None else None
    for rule, name in rules_of(summary.role, list(records.layer.also)):
        column = by_name.get(name or "")
        # 0 is the width of formats whose texts have none
        if column is None or rule.type != "C" or column.type not in TEXTS or not column.width:
            continue
        own = column.width
        if own >= (rule.width or 0):
            continue
        sizes = [_size(value, encoding) for value in set(records.text(rule.stands_for)) if value]
        longest = max(sizes, default=0)
        if longest >= own:
            message = _(
                "the field {field} is {width} {width:character|characters} wide by its"
                " schema, the column {column} only {own}, and {count} different"
                " {count:value fills|values fill} it: what was longer was cut off",
                field=rule.name,
                column=column.name,
                width=rule.width,
                own=own,
                count=sum(size >= own for size in sizes),
            )
            yield Faults("field_width", "warning", message)
        elif own != widest:
            message = _(
                "the field {field} is {width} {width:character|characters} wide by its"
                " schema, the column {column} only {own}; the longest value has {longest},"
                " so that none was cut off",
                field=rule.name,
                column=column.name,
                width=rule.width,
                own=own,
                longest=longest,
            )
            yield Faults("field_narrow", "info", message)


def _size(value: str, encoding: str | None) -> int:
    """How much of a column's width a value takes: bytes of an encoding, else characters."""
    return len(value) if encoding is None else len(value.encode(encoding, "replace"))


def value_faults(records: Records, role: str) -> Iterator[Faults]:
    """Values that are longer than their field may be, features without a value in a mandatory one."""
    for rule, column in rules_of(role, list(records.layer.also)):
        if column is None or not len(records):
            continue
        values = records.layer.also[column]
        if rule.need == "M":
            empty = _empty(values)
            message = _("the mandatory field {field} is empty", field=rule.name)
            yield from where(empty, "field_empty", "warning", message)
        if rule.type in ("N", "I"):
            yield from _cell_faults(rule, values)
        if rule.type == "C" and rule.width and _is_text(values.type):
            length = pc.fill_null(pc.utf8_length(pc.utf8_rtrim_whitespace(values)), 0)
            size = length.to_numpy()
            message = _(
                "the value of {field} has {length} {length:character|characters}; the"
                " schema allows {width}",
                field=rule.name,
                length=size,
                width=rule.width,
            )
            yield from where(size > rule.width, "value_too_long", "warning", message)


def _cell_faults(rule: FieldRule, values: pa.ChunkedArray) -> Iterator[Faults]:
    """Cells of a field of numbers that hold none: too wide for a DBF, a decimal comma, an error."""
    wrong = np.zeros(len(values), dtype=bool)
    wrong[no_numbers(values)] = True
    message = _(
        "{field} is {value}, which is no number, so that it is not known; correct it",
        field=rule.name,
        value=np.where(wrong, as_text(values), ""),
    )
    yield from where(wrong, "value_not_number", "warning", message)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _empty(values: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if _is_text(values.type):
        blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), True)
        return np.asarray(blank.to_numpy(), dtype=bool)
    return np.asarray(pc.is_null(values, nan_is_null=True).to_numpy(), dtype=bool)
