"""How far a check has come, for who watches it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from townland.i18n import Words

Progress = Callable[[Words, int, int], None]
Step = Callable[[Words], None]


def silent(step: Words, done: int, whole: int) -> None:
    """Tell nobody how far a check has come.

    Parameters
    ----------
    step, done, whole
        What is being done, how many steps are done, and how many there are.
    """


def unannounced(step: Words) -> None:
    """Tell nobody which step comes."""


def counted(progress: Progress, steps: int) -> Step:
    """Report each step with its number."""
    number = count()
    return lambda sentence: progress(sentence, next(number), steps)
