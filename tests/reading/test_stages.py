"""The stages of a check: each second counts for the innermost."""

from __future__ import annotations

from townland.i18n import _
from townland.reading.stages import Stages, stage

READ, HASH = _("reading"), _("hashing")


def test_a_stage_within_another_is_not_counted_twice() -> None:
    times = iter([0.0, 1.0, 3.0, 7.0, 8.0, 20.0, 21.5])
    stages = Stages(lambda: next(times))  # made at 0
    with stages.watched():
        with stage(READ), stage(HASH):  # from 1 and 3, to 7 and 8
            pass
        with stage(READ):  # from 20 to 21.5; between 8 and 20 nothing was one
            pass
    assert stages.seconds == {READ: (3 - 1) + (8 - 7) + 1.5, HASH: 4.0}
    with stage(READ):  # nobody watches any longer, and the clock is not read
        pass


def test_a_stage_ends_where_it_fails() -> None:
    times = iter([0.0, 1.0, 2.0, 5.0, 6.0])
    stages = Stages(lambda: next(times))
    with stages.watched():
        try:
            with stage(READ):
                raise ValueError
        except ValueError:
            pass
        with stage(HASH):
            pass
    assert stages.seconds == {READ: 1.0, HASH: 1.0}
