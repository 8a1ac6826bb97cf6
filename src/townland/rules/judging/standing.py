"""Whether a town is on the city's list, where its dossier states it twice: by a word, and by events."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from townland.dossier.model import Lists
from townland.i18n import Words, _
from townland.issues import Issue
from townland.rules.judging.declared import events_until
from townland.rules.judging.facts import Facts
from townland.rules.judging.stages import WORDS, history, on_the_list
from townland.terms import dossier_key


def settled(facts: Facts, on: dt.date) -> Facts:
    """Let the events of a town say whether it is on the city's list, as far as they tell of it."""
    listed = on_the_list(events_until(facts, on))
    lists = facts.dossier.lists or Lists()
    if listed is None or listed == lists.city:
        return facts
    own = lists.model_copy(update={"city": listed})
    return replace(facts, dossier=facts.dossier.model_copy(update={"lists": own}))


def standing_issues(facts: Facts, on: dt.date) -> tuple[Issue, ...]:
    """Report that a dossier's word on the city's list contradicts its events."""
    words = _contradiction(facts, on)
    if words is None:
        return ()
    return (Issue("lists_contradict_events", "warning", words, feature=facts.town),)


def _contradiction(facts: Facts, on: dt.date) -> Words | None:
    events = events_until(facts, on)
    told, listed, past = facts.stated("lists.city", bool), on_the_list(events), history(events)
    place = {
        "name": facts.name,
        "field": dossier_key("lists.city"),
        "state": WORDS[past.stage],
        "since": past.entered[past.stage].isoformat() if past.stage in past.entered else "-",
    }
    if told and listed is False:
        return _(
            "{name}: the dossier says that the town is on the city's list, but by its events it {state}"
            " since {since}; the events count. Correct the events or {field}.",
            **place,
        )
    if told is False and listed:
        return _(
            "{name}: the dossier says that the town is not on the city's list, but by its events it"
            " {state} since {since}; the events count. Correct the events or {field}.",
            **place,
        )
    if told and listed is None and events:
        return _(
            "{name}: the dossier says that the town is on the city's list, but its events hold no"
            " listing; add the event, or correct {field}.",
            **place,
        )
    return None
