"""Write the JSON Schema of ``assessment.json``: its part of the trace follows from the types of traces.

Run it after a kind of rule was added or its working changed; a test holds the file against the types.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from townland.output.json_text import dumps
from townland.writing.report.assessment_json import SCHEMA_FILE, schema


def main() -> None:
    """Write the file that is shipped."""
    path = Path(str(files("townland.writing.report") / SCHEMA_FILE))
    path.write_text(dumps(schema()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
