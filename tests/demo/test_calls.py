"""The demo world shows every result that a presentation can have."""

from collections import Counter

from sqlalchemy import select

from hub.calls.models import Presentation
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.presentations import PresentationStatus
from hub.core import clock
from hub.core.db import Database


def test_one_presentation_is_not_confirmed_and_one_is_a_no_show(demo: Database) -> None:
    with demo.reading() as db:
        presentations = db.scalars(select(Presentation)).all()
        counts = Counter(presentations_queries.statuses(db, presentations, clock.now()).values())
    assert counts[PresentationStatus.NOT_CONFIRMED] == 1
    assert counts[PresentationStatus.NO_SHOW] == 1
    assert counts[PresentationStatus.GIVEN] > 5
