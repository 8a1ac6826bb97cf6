"""How long the stages of a check take, for who asks: the clock is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from townland.i18n import Words

_WATCHED: ContextVar[Stages | None] = ContextVar("stages", default=None)


class Stages:
    """The seconds of each stage, without those of the stages within it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open: list[Words] = []
        self._since = clock()
        self.seconds: dict[Words, float] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the stages while the context lasts."""
        token = _WATCHED.set(self)
        try:
            yield
        finally:
            _WATCHED.reset(token)

    def begin(self, name: Words) -> None:
        """Begin a stage; that around it rests."""
        self._count()
        self._open.append(name)

    def end(self) -> None:
        """End the latest stage; that around it goes on."""
        self._count()
        self._open.pop()

    def _count(self) -> None:
        now = self._clock()
        if self._open:
            name = self._open[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now


@contextmanager
def stage(name: Words) -> Iterator[None]:
    """What the context does is a stage, where somebody watches."""
    watched = _WATCHED.get()
    if watched is None:
        yield
        return
    watched.begin(name)
    try:
        yield
    finally:
        watched.end()
