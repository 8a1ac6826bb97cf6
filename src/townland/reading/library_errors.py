"""The errors of the reading libraries as ones that name the file, and their warnings as issues."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue


@contextmanager
def translated(place: str) -> Iterator[list[Issue]]:
    """Turn the errors of the reading libraries into one that names the file, warnings into issues.

    The list it yields is filled when the context ends.

    Raises
    ------
    LayerError
        A library failed; the message holds its own words.
    """
    issues: list[Issue] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield issues
        for words in dict.fromkeys(" ".join(str(w.message).split()) for w in caught):
            message = _("the reading library warns: {warning}", warning=words)
            issues.append(Issue("read_warning", "warning", message))
    except UnboundLocalError:  # how pyogrio fails over the text of a CRS that it cannot decode
        raise LayerError(
            _(
                "{place}: the text of the CRS (in a Shapefile, the .prj) is not UTF-8; open the .prj in"
                " an editor, and save it as UTF-8, or export the layer again",
                place=place,
            )
        ) from None
    except (
        DataSourceError,
        DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        shapely.errors.ShapelyError,
        pa.ArrowException,
        UnicodeError,
        ValueError,
        IndexError,
        RuntimeError,
        OSError,
    ) as problem:
        raise LayerError(
            _(
                "{place}: the file cannot be read, it is damaged or not what its name says"
                " ({reason}); open it in the software that made it, and export it again",
                place=place,
                reason=" ".join(str(problem).split())[:300],
            )
        ) from None
