"""Form fields for dates and times that accept what Americans type, and ISO 8601, which browsers send."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import DateField, DateTimeLocalField, TimeField

from hub.core import clock, dates, web


class _Typed:
    """What the fields share: the typed text is parsed, and kept to be shown again when it can't be read."""

    data: Any
    raw_data: Any

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Parse the typed text; an empty one is no value. Called by WTForms, which shows the ValueError's sentence."""
        text = " ".join(str(value) for value in valuelist).strip()
        self.data = None
        if text:
            self.data = self.parsed(text)

    def parsed(self, text: str) -> date | time | datetime:
        """Return the value of the typed text; raises ValueError with a sentence."""
        raise NotImplementedError


def _today() -> date:
    return clock.today(web.config().zone)


class DayField(_Typed, DateField):
    """A date: 11/30/2026, Nov 30 or 2026-11-30."""

    def parsed(self, text: str) -> date:
        """Return the date."""
        return dates.parse_day(text, _today())


class TimeOfDayField(_Typed, TimeField):
    """A time of day: 11:30 a.m. or 14:00."""

    def parsed(self, text: str) -> time:
        """Return the time of day."""
        return dates.parse_time(text)


class MomentField(_Typed, DateTimeLocalField):
    """A date and a time of day, without a time zone."""

    def parsed(self, text: str) -> datetime:
        """Return the moment, without a time zone."""
        return dates.parse_moment(text, _today())
