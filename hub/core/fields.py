"""Form fields: several checkboxes; dates and times, in American forms and in ISO 8601, which browsers send."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import DateField, DateTimeLocalField, SelectMultipleField, TimeField
from wtforms.widgets import CheckboxInput, ListWidget

from hub.core import clock, dates, web


class _Typed:
    """Base of the fields: parses the typed text, and shows it again if it is invalid."""

    data: Any
    raw_data: Any

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Parse the typed text; empty text means no value. WTForms shows the text of a ValueError."""
        text = " ".join(str(value) for value in valuelist).strip()
        self.data = None
        if text:
            self.data = self.parsed(text)

    def parsed(self, text: str) -> date | time | datetime:
        """Return the parsed value; raises ValueError with a sentence for people."""
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
        """Return the date and time, without a time zone."""
        return dates.parse_moment(text, _today())


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
