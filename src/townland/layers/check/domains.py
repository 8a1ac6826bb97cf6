"""Whether coded fields hold codes: of their domains, of the layer's scheme, and with the right names."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from townland import units
from townland.i18n import _, in_a_row
from townland.layers.check.faults import Faults, where
from townland.layers.check.records import Records
from townland.measuring.prepare import scheme_of
from townland.standards import class_names, fields, landclass

DOMAINS = ("GDPDJB", "GDLX", "TBXHDM", "ZZSXDM", "CZCSXM", "QSXZ")
LISTED = 20
"""So many unknown codes of a column are told apart."""


def domain_faults(records: Records) -> Iterator[Faults]:
    """Values of a coded field that its domain does not know.

    Where the list of values is not known to be whole, as for QSXZ, that is only a note.
    """
    for field in DOMAINS:
        if not records.has(field):
            continue
        values = records.codes(field)
        odd = (values != "") & ~pd.Series(values).isin(list(fields.domain(field))).to_numpy()
        message = _(
            "the field {field} holds '{value}', which is none of its codes: {known}",
            field=field,
            value=values,
            known=in_a_row(fields.domain(field)),
        )
        severity = fields.domain_certain(field)
        yield from where(odd, "domain_unknown", "warning" if severity else "info", message)


def class_faults(records: Records) -> Iterator[Faults]:
    """Codes that the layer's scheme does not know, with their area, and names of other classes."""
    scheme = scheme_of(records.layer.spec)
    frame = records.layer.columns
    if scheme is None or records.layer.spec.class_column is None:
        return
    classes = landclass.classify(frame["code"], scheme, "survey")
    unknown = classes["name"].isna().to_numpy()
    if unknown.any():
        raw = np.where(frame["code"].isna(), "", frame["code"]).astype(object)
        area = records.layer.official_area_m2(np.flatnonzero(unknown))
        totals = pd.Series(area).groupby(raw[unknown].astype(str)).sum()
        for code in totals.index[:LISTED]:
            rows = np.flatnonzero(unknown & (raw == code))
            message = _(
                "the scheme {scheme} does not know the code '{code}' ({count}"
                " {count:feature|features}, {area} m²)",
                scheme=scheme.id,
                code=code,
                count=len(rows),
                area=units.m2(float(totals[code])),
            )
            # a name was typed where its code belongs
            meant = scheme.named(code)
            if meant is not None:
                message = landclass.not_a_code(message, code, meant)
            yield Faults("class_unknown", "warning", message, rows)
    yield from _name_faults(records, scheme, classes)


def _name_faults(
    records: Records, scheme: landclass.Scheme, classes: pd.DataFrame
) -> Iterator[Faults]:
    """Names that contradict the codes they stand beside, a kind at a time, with their area.

    Parameters
    ----------
    records
        The layer.
    scheme, classes
        Its scheme, and the class of each feature.
    """
    frame = records.layer.columns
    pairs = pd.DataFrame({"code": classes["code"].to_numpy(), "name": frame["named"].to_numpy()})
    for key, those in pairs.dropna().groupby(["code", "name"]):
        code, name = map(str, key)
        other = class_names.named_otherwise(code, name, scheme)
        if other is None:
            continue
        rows = those.index.to_numpy()
        message = _(
            "the class is called {name}, but the code {code} is {known} in the scheme"
            " {scheme} ({count} {count:feature|features}, {area} m²); {explanation}",
            name=name,
            code=code,
            known=classes["name"].iloc[rows[0]],
            scheme=scheme.id,
            count=len(rows),
            area=units.m2(float(records.layer.official_area_m2(rows).sum())),
            explanation=other.explanation(name),
        )
        # what no scheme explains, and what counts alike, changes no figure
        if other.differs:
            yield Faults("class_name_differs", "warning", message, rows)
        else:
            yield Faults("class_name_unknown", "info", message, rows)
