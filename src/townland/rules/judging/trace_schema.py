"""The JSON Schema of a trace, made from its types."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from townland.rules.judging.trace import Ends, Json, Working, own_parts


def trace_schema(kinds: Mapping[str, type[Working]]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Make the JSON Schema of a trace, whatever its kind, from the types.

    Parameters
    ----------
    kinds
        The part that is a kind's own, by the kind's name.

    Returns
    -------
    The schema, and the definitions that it refers to under ``#/$defs``.
    """
    types: list[type[BaseModel]] = list(dict.fromkeys([Ends, Working, *kinds.values()]))
    schemas, shared = models_json_schema(
        [(model, "serialization") for model in types], ref_template="#/$defs/{model}"
    )
    own = {model: schemas[model, "serialization"] for model in types}
    kinds_own: list[Json] = [
        {
            "if": {
                "properties": {"kind": {"const": name}},
                "anyOf": [{"required": [part]} for part in sorted(own_parts(working))],
            },
            "then": own[working],
        }
        for name, working in sorted(kinds.items())
        if own_parts(working)
    ]
    schema: dict[str, Json] = {"type": "object", "allOf": [own[Ends], own[Working], *kinds_own]}
    return schema, shared.get("$defs", {})
