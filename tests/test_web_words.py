"""Everything that can happen has its words on the page."""

from datetime import UTC, datetime, timedelta

import pytest

from reviewer import workflow
from reviewer.model import KINDS, Event, State
from reviewer.reconcile import Outcome
from reviewer.web import published, words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_every_state_kind_and_outcome_has_its_words() -> None:
    assert set(words.STATES) == set(words.NEXT) == set(State)
    assert set(words.KINDS) == set(KINDS)
    assert set(words.MATCHES) == {o.value for o in Outcome} == {o.value for o in published.TONES}


@pytest.mark.parametrize("step", workflow.STEPS, ids=lambda step: step.action)
def test_every_step_of_the_law_reads_as_a_sentence_in_the_history(step: workflow.Step) -> None:
    for action in (step.event, step.refusal):
        said = words.event(Event(NOW, "kettle", "ben", action, ("draft", "1")))

        assert "_" not in said
        assert "." not in said
    assert words.event(Event(NOW, "kettle", "ben", step.event, ("draft", "1"))) in words.EVENTS.values()


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(minutes=42, seconds=10), "in 42 min"),
        (timedelta(hours=-3), "3 h ago"),
        (timedelta(days=-4), "4 days ago"),
        (timedelta(seconds=-20), "just now"),
    ],
)
def test_times_are_said_as_people_say_them(distance: timedelta, said: str) -> None:
    assert words.ago(NOW + distance, NOW) == said


def test_moments_are_in_the_time_zone_of_the_brand() -> None:
    assert words.moment(NOW, "Europe/Berlin") == "Mon 2 Mar 2026, 10:00"
    assert words.moment(NOW, "Nowhere/Land") == "Mon 2 Mar 2026, 09:00"
