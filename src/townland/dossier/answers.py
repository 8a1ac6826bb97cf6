"""The words for yes, no and not stated that bureaus write into a dossier, read in one way.

A TOML file and a workbook go through the same function, so that 无 below a document never counts as
a document of that name.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import NoneType
from typing import Literal, Self, get_args, get_origin

from pydantic import BaseModel, ModelWrapValidatorHandler, model_validator

from townland.documents import Strict, values

Answer = Literal["yes", "no", "not_stated"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
NAMES = frozenset({"code", "name", "county_code", "county_name"})
"""What says which town a dossier is of; a code may well be 0."""

_AROUND = "()[]{}<>【】〔〕「」《》“”\"'.。,、;:!"
"""What stands around an answer and is no part of it, after full width is folded."""


_OVERFLOW = re.compile(r"\*{2,}|#{2,}")
"""What programs write in place of a figure that is wider than its column."""


@cache
def _words() -> Mapping[str, Answer]:
    """Every word for an answer, folded."""
    text = (files("townland") / "dossier" / "answers.toml").read_text("utf-8")
    listed = tomllib.loads(text)
    return {fold(word): meant for meant in ANSWERS for word in listed[meant]}


def fold(text: str) -> str:
    """Fold full width (NFKC) and capitals, and leave out every blank.

    >>> fold(" 陶艺　文化 "), fold("ＡＢ c")
    ('陶艺文化', 'abc')
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def answer(text: str) -> Answer | None:
    """Read an answer; None where the text is none, but a name.

    >>> answer("没有"), answer(" Ｆａｌｓｅ "), answer("—"), answer("√"), answer("柳规〔2018〕3号")
    ('no', 'no', 'not_stated', 'yes', None)
    >>> answer("（暂无）"), answer("无。"), answer("……")
    ('no', 'no', 'not_stated')
    """
    folded = fold(text)
    meant = _words().get(folded) or _words().get(folded.strip(_AROUND))
    # marks alone, such as a row of dashes, name nothing
    unstated = meant is None and not any(map(str.isalnum, folded))
    return "not_stated" if unstated else meant


class Answered(Strict):
    """A table of a dossier, whose fields may hold an answer in words in place of their value."""

    @model_validator(mode="wrap")
    @classmethod
    def _answers_are_read(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Read the answers before the kinds of values are compared; pydantic runs this outermost."""
        if not isinstance(data, Mapping):
            return handler(data)
        return handler({key: value for key, value in _read(cls, data) if value is not None})


def _read(model: type[BaseModel], data: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Give each value with the answer it holds, None where it says that nothing is stated."""
    for key, value in data.items():
        if key in NAMES or key not in model.model_fields:
            yield key, value
        elif _chosen(model, key):
            unstated = isinstance(value, str) and answer(value) == "not_stated"
            yield key, None if unstated else value
        elif isinstance(value, Mapping):
            yield key, _own_documents(value) if key == "other" else value
        elif isinstance(value, list | tuple):
            yield key, _entries(value)
        else:
            yield key, _value(value, values.kinds(model, key) - {NoneType})


def _chosen(model: type[BaseModel], key: str) -> bool:
    """Tell whether a field has fixed values, of which a word for no may be one."""
    arms = get_args(model.model_fields[key].annotation)
    return any(get_origin(arm) is Literal and bool not in map(type, get_args(arm)) for arm in arms)


def _own_documents(table: Mapping[str, object]) -> dict[str, object]:
    """Read the documents that a bureau asks for besides, by names of its own."""
    read = {name: _value(value, frozenset({str, bool})) for name, value in table.items()}
    return {name: value for name, value in read.items() if value is not None}


def _value(value: object, kinds: frozenset[type]) -> object:
    """Read one value by what its field may hold: a truth, a document, a text or a number.

    >>> document = frozenset({str, bool})
    >>> _value("无", document), _value("有", document), _value("待补充", document)
    (False, '有', None)
    >>> _value("否", frozenset({bool})), _value("0", frozenset({float})), _value("—", frozenset({float}))
    (False, '0', None)
    >>> _value("******", frozenset({float})), _value("******", document)
    ('******', None)
    """
    countable = isinstance(value, int) and not isinstance(value, bool) and bool in kinds
    if not isinstance(value, str) and not countable:
        return value
    if not kinds & {str, bool} and _OVERFLOW.fullmatch(fold(str(value))):
        return value  # a figure is there, and no blank: the field refuses it
    meant = answer(str(value))
    if meant == "not_stated":
        return None
    if bool in kinds:
        if meant == "no":
            return False
        return True if meant == "yes" and str not in kinds else value
    # of a text such as the segment of industry a no says that there is none to state
    return None if meant == "no" and kinds == {str} else value


def _entries(listed: Sequence[object]) -> Sequence[object] | None:
    """Leave answers out of a list of names: 无 says that there is none, — that none is stated.

    >>> _entries(["无"]), _entries(["—"]), _entries(["休闲旅游", ""]), _entries([])
    ((), None, ('休闲旅游',), ())
    """
    meant = [answer(each) if isinstance(each, str) else None for each in listed]
    kept = tuple(each for each, said in zip(listed, meant, strict=True) if said in (None, "yes"))
    return None if listed and not kept and "no" not in meant else kept
