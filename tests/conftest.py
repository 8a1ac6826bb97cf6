"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# The speed of the machine decides no test; in CI the same examples are tried every time.
settings.register_profile("townland", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("townland")
