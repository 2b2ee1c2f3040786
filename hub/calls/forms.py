"""Forms of the call pages."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import FileField, IntegerField, RadioField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.calls.actions.asks import LONGEST_ASK
from hub.calls.actions.presentations import Proposal
from hub.calls.actions.series import Facts, When
from hub.calls.models import AskKind, Call
from hub.calls.queries.presentations import OpenSlots
from hub.calls.rules.presentations import FEWEST_MINUTES, MOST_MINUTES, Outcome
from hub.calls.rules.series import LONGEST, LONGEST_LINK, LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, SHORTEST
from hub.core.dates import in_full
from hub.core.fields import DayField, TimeOfDayField
from hub.core.versions import EditForm
from hub.library.rules import BIG_SIX


class CallForm(EditForm):
    """The title, agenda, and links of a call."""

    title = StringField("Title", [InputRequired("Enter a title."), Length(max=LONGEST_TITLE)])
    agenda = TextAreaField(
        "Agenda",
        [Optional(), Length(max=LONGEST_TEXT)],
        description="You can use Markdown: # heading, **bold**, - list, 1. numbered list, [text](https://example.com).",
    )
    joining_link = URLField(
        "Meeting link", [Optional(), Length(max=LONGEST_LINK)], description="Only people in the alliance can see it."
    )
    recording_link = URLField(
        "Recording link", [Optional(), Length(max=LONGEST_LINK)], description="Add it when the recording is ready."
    )

    def facts(self) -> Facts:
        """Return the entered values."""
        return Facts(
            title=self.title.data or "",
            agenda=self.agenda.data or "",
            joining_link=self.joining_link.data or "",
            recording_link=self.recording_link.data or "",
        )


class WhenForm(EditForm):
    """The date, time, and length of a call."""

    day = DayField("Date", [InputRequired("Enter a date.")])
    at = TimeOfDayField("Start time", [InputRequired("Enter a time, such as 11:30 a.m.")])
    minutes = IntegerField(
        "Length in minutes",
        [
            InputRequired("Enter the length in minutes."),
            NumberRange(SHORTEST, LONGEST, f"A call can be {SHORTEST} to {LONGEST} minutes long."),
        ],
    )

    def when(self) -> When:
        """Return the entered values."""
        return When(self.day.data, self.at.data, self.minutes.data)


def _reason_field(description: str) -> StringField:
    return StringField(
        "Reason", [InputRequired("Enter a reason."), Length(max=LONGEST_REASON)], description=description
    )


class MoveForm(WhenForm):
    """A new date or time for a call."""

    NOTES = frozenset({"reason"})

    reason = _reason_field("Everyone sees it in the hub and in their calendar.")


def move_form(call: Call, zone: ZoneInfo) -> MoveForm:
    """Return the form that moves ``call``, with its current date, time, and length."""
    form = MoveForm(
        day=call.day,
        at=call.starts_at.astimezone(zone).time(),
        minutes=int((call.ends_at - call.starts_at).total_seconds() // 60),
    )
    form.edits(call, logged_as=("moved the", "scheduled the"))
    return form


class ExtraForm(WhenForm):
    """An extra call, outside the weekly series."""

    title = StringField("Title", [Optional(), Length(max=LONGEST_TITLE)])


class CancelForm(FlaskForm):
    """The reason for canceling a call."""

    reason = _reason_field("Everyone sees it in the hub and in their calendar.")


class UndoForm(FlaskForm):
    """The reason for undoing an attendance entry."""

    reason = StringField("Reason", [Optional(), Length(max=LONGEST_REASON)])


class SeriesForm(FlaskForm):
    """The period in which to add missing weekly calls."""

    first = DayField("From", [InputRequired("Enter the first date.")])
    last = DayField("To", [InputRequired("Enter the last date.")])


class ReportForm(FlaskForm):
    """An attendance report to import."""

    report = FileField(
        "Report (CSV)",
        [InputRequired("Choose an attendance report.")],
        description="Export it from Zoom or Microsoft Teams; the hub matches people by email address and name.",
    )


class AskForm(FlaskForm):
    """An ask or a follow-up."""

    kind = RadioField(
        "Type",
        [InputRequired("Choose ask or follow-up.")],
        choices=[
            SelectChoice(AskKind.ASK.value, "Ask: we need something from others"),
            SelectChoice(AskKind.FOLLOW_UP.value, "Follow-up: we’ll do something"),
        ],
        default=AskKind.ASK.value,
    )
    text = StringField("Description", [InputRequired("Describe it in a sentence."), Length(max=LONGEST_ASK)])
    organization = SelectField("Organization", [InputRequired("Choose an organization.")])

    def offer(self, organizations: list[tuple[str, str]]) -> None:
        """Offer these organizations (slug, name) to choose from; without a choice, drop the field."""
        self.organization.choices = [SelectChoice(slug, name) for slug, name in organizations]
        if len(organizations) < 2:  # noqa: PLR2004 - nothing to choose
            del self.organization


_TOPICS = [SelectChoice("", "None of the Big 6"), *(SelectChoice(slug, label) for slug, label in BIG_SIX.items())]


class ProposalForm(EditForm):
    """A presentation that an organization proposes."""

    title = StringField("Title", [InputRequired("Enter a title. You can change it later."), Length(max=LONGEST_TITLE)])
    speaker = StringField("Speaker", [Optional(), Length(max=LONGEST_TITLE)])
    topic = SelectField("Topic", [Optional()], choices=_TOPICS)
    minutes = IntegerField(
        "Length in minutes",
        [
            InputRequired("Enter the length in minutes."),
            NumberRange(
                FEWEST_MINUTES, MOST_MINUTES, f"A presentation can be {FEWEST_MINUTES} to {MOST_MINUTES} minutes long."
            ),
        ],
        default=MOST_MINUTES,
    )

    def details(self) -> Proposal:
        """Return the entered values."""
        return Proposal(
            title=self.title.data or "",
            minutes=self.minutes.data or 0,
            topic=self.topic.data or "",
            speaker=self.speaker.data or "",
        )


class CallField(SelectField):
    """A choice of calls with open slots."""

    def offer(self, slots: list[OpenSlots]) -> None:
        """Offer these calls to choose from."""
        self.choices = [
            SelectChoice(str(day), f"{in_full(day)}{'' if left != 1 else ' (1 open slot)'}")
            for day, left in sorted((slot.call.day, slot.left) for slot in slots)
        ]

    @property
    def day(self) -> date:
        """The day of the chosen call."""
        return date.fromisoformat(self.data)


class ProposeForm(ProposalForm):
    """A proposed presentation with its call."""

    call = CallField(
        "Call", [InputRequired("Choose a call.")], description="The coordinator accepts this date or moves it."
    )
    organization = SelectField("Organization", [InputRequired("Choose an organization.")])

    def offer(self, organizations: list[tuple[str, str]]) -> None:
        """Offer these organizations (slug, name) to choose from; without a choice, drop the field."""
        self.organization.choices = [SelectChoice(slug, name) for slug, name in organizations]
        if len(organizations) < 2:  # noqa: PLR2004 - nothing to choose
            del self.organization


class MovePresentationForm(FlaskForm):
    """A different call for a presentation."""

    call = CallField("Call", [InputRequired("Choose a call.")])
    reason = StringField("Reason", [Optional(), Length(max=LONGEST_REASON)])


BY_ATTENDANCE = "attendance"


class OutcomeForm(FlaskForm):
    """What happened with a presentation on its call."""

    outcome = RadioField(
        "Result",
        [InputRequired("Choose a result.")],
        choices=[
            SelectChoice(Outcome.GIVEN.value, "Given"),
            SelectChoice(
                Outcome.NO_SHOW.value, "No-show: it didn’t take place, and the organization has to present again"
            ),
            SelectChoice(BY_ATTENDANCE, "Let attendance decide"),
        ],
    )
    reason = StringField("Note", [Optional(), Length(max=LONGEST_REASON)], description="The organization sees it.")

    @property
    def chosen(self) -> Outcome | None:
        """The chosen result; None: attendance decides."""
        return None if self.outcome.data == BY_ATTENDANCE else Outcome(self.outcome.data)

    def fill(self, outcome: Outcome | None) -> None:
        """Fill the form with the current result."""
        self.process(formdata=None, outcome=outcome.value if outcome else BY_ATTENDANCE)


class DeclineForm(FlaskForm):
    """The reason for declining a presentation."""

    reason = _reason_field("The organization sees it and can propose another presentation.")


class DeckForm(FlaskForm):
    """The deck of a presentation: a file, or a resource already in the hub."""

    deck = FileField("File", description="It’s added to the hub and linked to the call; a newer file replaces it.")
    resource = SelectField("Or choose a resource in the hub", [Optional()], coerce=str)

    def offer(self, resources: list[tuple[int, str]]) -> None:
        """Offer these resources (ID, title) to choose from."""
        no_choice: list[Any] = [SelectChoice("", "None")]
        self.resource.choices = no_choice + [SelectChoice(str(number), title) for number, title in resources]
