"""The forms of calls."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import (
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.calls.actions.asks import LONGEST_ASK
from hub.calls.actions.presentations import Proposal
from hub.calls.actions.series import Facts, When
from hub.calls.models import AskKind, Call, Presentation
from hub.calls.queries.presentations import Place
from hub.calls.rules.presentations import FEWEST_MINUTES, MOST_MINUTES
from hub.calls.rules.series import LONGEST, LONGEST_LINK, LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, SHORTEST
from hub.core.dates import in_full
from hub.core.fields import DayField, TimeOfDayField
from hub.library.rules import BIG_SIX


class CallForm(FlaskForm):
    """What a call's page says."""

    title = StringField("What it is called", [InputRequired("Give the call a name."), Length(max=LONGEST_TITLE)])
    agenda = TextAreaField(
        "Agenda",
        [Optional(), Length(max=LONGEST_TEXT)],
        description="Markdown: # heading, **bold**, - list, 1. numbered items, [words](https://address).",
    )
    joining_link = URLField(
        "Joining link", [Optional(), Length(max=LONGEST_LINK)], description="Only people of the alliance see it."
    )
    recording_link = URLField(
        "Recording", [Optional(), Length(max=LONGEST_LINK)], description="Where the recording is, once there is one."
    )

    def show(self, call: Call) -> None:
        """Fill the form with what the page says now."""
        self.title.data, self.agenda.data = call.title, call.agenda
        self.joining_link.data, self.recording_link.data = call.joining_link, call.recording_link

    def said(self) -> Facts:
        """Return what was entered."""
        return Facts(
            title=self.title.data or "",
            agenda=self.agenda.data or "",
            joining_link=self.joining_link.data or "",
            recording_link=self.recording_link.data or "",
        )


class WhenForm(FlaskForm):
    """On which day, at what time, how long."""

    day = DayField("Day", [InputRequired("Give the day.")])
    at = TimeOfDayField("Begins at", [InputRequired("Give the time, for example 11:30 a.m.")])
    minutes = IntegerField(
        "Minutes",
        [
            InputRequired("Say how many minutes it lasts."),
            NumberRange(SHORTEST, LONGEST, f"A call lasts from {SHORTEST} to {LONGEST} minutes."),
        ],
    )

    def when(self) -> When:
        """Return what was entered."""
        return When(self.day.data, self.at.data, self.minutes.data)


def _reason_field(label: str, description: str = "") -> StringField:
    return StringField(
        label, [InputRequired("Say in a few words why."), Length(max=LONGEST_REASON)], description=description
    )


class MoveForm(WhenForm):
    """Put a call on another day or time."""

    reason = _reason_field("Why it is moved", "Everybody reads it, in the hub and in their calendars.")

    def show(self, call: Call, zone: ZoneInfo) -> None:
        """Fill the form with when the call is now."""
        self.day.data, self.at.data = call.day, call.starts_at.astimezone(zone).time()
        self.minutes.data = int((call.ends_at - call.starts_at).total_seconds() // 60)


class ExtraForm(WhenForm):
    """A call beside the series."""

    title = StringField("What it is called", [Optional(), Length(max=LONGEST_TITLE)])


class CancelForm(FlaskForm):
    """Call a call off."""

    reason = _reason_field("Why it is canceled", "Everybody reads it, in the hub and in their calendars.")


class TakeBackForm(FlaskForm):
    """An entry of the attendance was a mistake."""

    reason = StringField("Why it is taken back", [Optional(), Length(max=LONGEST_REASON)])


class SeriesForm(FlaskForm):
    """Make the weekly calls of a period."""

    first = DayField("From", [InputRequired("Give the first day.")])
    last = DayField("To", [InputRequired("Give the last day.")])


class ReportForm(FlaskForm):
    """A participants' report of the meeting tool."""

    report = FileField(
        "Report (CSV)",
        [InputRequired("Choose the report that the meeting tool exported.")],
        description="As Zoom or Microsoft Teams export it. People are recognized by address and name.",
    )


class AskForm(FlaskForm):
    """An ask or a follow-up."""

    kind = RadioField(
        "What it is",
        [InputRequired("Say which of the two it is.")],
        choices=[
            SelectChoice(AskKind.ASK.value, "We ask the others for something"),
            SelectChoice(AskKind.FOLLOW_UP.value, "We will do something"),
        ],
        default=AskKind.ASK.value,
    )
    text = StringField("In a sentence", [InputRequired("Write it in a sentence."), Length(max=LONGEST_ASK)])
    organization = SelectField("Whose it is", [InputRequired("Choose whose it is.")])

    def offer(self, organizations: list[tuple[str, str]]) -> None:
        """The organizations for which this person may write; with one alone the field is left out."""
        self.organization.choices = [SelectChoice(slug, name) for slug, name in organizations]
        if len(organizations) < 2:  # noqa: PLR2004 - nothing to choose
            del self.organization


_TOPICS = [SelectChoice("", "None of the six"), *(SelectChoice(slug, label) for slug, label in BIG_SIX.items())]


class ProposalForm(FlaskForm):
    """What an organization wants to present."""

    title = StringField("Title", [InputRequired("Give it a title, even a first one."), Length(max=LONGEST_TITLE)])
    speaker = StringField("Who speaks", [Optional(), Length(max=LONGEST_TITLE)])
    topic = SelectField("Topic", [Optional()], choices=_TOPICS)
    minutes = IntegerField(
        "Minutes",
        [
            InputRequired("Say how many minutes it lasts."),
            NumberRange(
                FEWEST_MINUTES, MOST_MINUTES, f"A presentation lasts from {FEWEST_MINUTES} to {MOST_MINUTES} minutes."
            ),
        ],
        default=MOST_MINUTES,
    )

    def show(self, presentation: Presentation) -> None:
        """Fill the form with what is said now."""
        self.title.data, self.speaker.data = presentation.title, presentation.speaker
        self.topic.data, self.minutes.data = presentation.topic, presentation.minutes

    def said(self) -> Proposal:
        """Return what was entered."""
        return Proposal(
            title=self.title.data or "",
            minutes=self.minutes.data or 0,
            topic=self.topic.data or "",
            speaker=self.speaker.data or "",
        )


class CallField(SelectField):
    """A coming call with room for a presentation."""

    def offer(self, places: list[Place], also: date | None = None) -> None:
        """The calls to choose from; ``also`` one that has no room, since it is the present one."""
        days = {place.call.day: place.left for place in places}
        if also:
            days.setdefault(also, 0)
        self.choices = [
            SelectChoice(str(day), f"{in_full(day)}{'' if left != 1 else ' (one place left)'}")
            for day, left in sorted(days.items())
        ]

    @property
    def day(self) -> date:
        """The day that was chosen."""
        return date.fromisoformat(self.data)


class ProposeForm(ProposalForm):
    """The same, with the call for which it is proposed."""

    call = CallField("On the call of", [InputRequired("Choose a call.")])
    organization = SelectField("Organization", [InputRequired("Choose an organization.")])

    def offer(self, organizations: list[tuple[str, str]]) -> None:
        """The organizations for which this person may propose; with one alone the field is left out."""
        self.organization.choices = [SelectChoice(slug, name) for slug, name in organizations]
        if len(organizations) < 2:  # noqa: PLR2004 - nothing to choose
            del self.organization


class MovePresentationForm(FlaskForm):
    """Another call for a presentation."""

    call = CallField("On the call of", [InputRequired("Choose a call.")])
    reason = StringField("Why, if it isn't plain", [Optional(), Length(max=LONGEST_REASON)])


class DeclineForm(FlaskForm):
    """No, with a reason."""

    reason = _reason_field("Why not", "The organization reads it, and proposes anew.")


class DeckForm(FlaskForm):
    """The deck of a presentation: a file, or a resource that is in the hub."""

    deck = FileField("File", description="The deck is added to the hub, linked to the call; a newer one replaces it.")
    resource = SelectField("Or one that is in the hub already", [Optional()], coerce=str)

    def offer(self, resources: list[tuple[int, str]]) -> None:
        """The organization's own resources to choose from."""
        chosen: list[Any] = [SelectChoice("", "None")]
        self.resource.choices = chosen + [SelectChoice(str(number), title) for number, title in resources]
