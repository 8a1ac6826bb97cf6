"""Libraries are loaded without a search for garbage, and what they are made of is not searched again."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """What is imported in the context stays: Python looks for no circles in it, then or later.

    Imports make some hundred thousand objects, and Python went through all of them again and again.
    Where everything was imported before, nothing changes.
    """
    searched, known = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        if searched:
            gc.enable()
