"""Raw geometry becomes valid polygons, openly; layers of one role become one ground."""

from townland.measuring.prepare.areal import THREADED_FROM, in_threads, polygons_of
from townland.measuring.prepare.ground import Claim, Ground, gather, id_key, scheme_of
from townland.measuring.prepare.mend import Repair, collapsed, issues_of, mend, unused
from townland.measuring.prepare.topology import gaps, overlaps, slivers, united

__all__ = [
    "THREADED_FROM",
    "Claim",
    "Ground",
    "Repair",
    "collapsed",
    "gaps",
    "gather",
    "id_key",
    "in_threads",
    "issues_of",
    "mend",
    "overlaps",
    "polygons_of",
    "scheme_of",
    "slivers",
    "united",
    "unused",
]
