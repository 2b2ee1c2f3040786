"""The forms of sharing."""

import secrets
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.core.fields import DayField
from hub.sharing.actions.confirmations import Statement
from hub.sharing.actions.declarations import Declaration
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.rules.standing import Channel
from hub.sharing.rules.texts import LONGEST_AUDIENCE, LONGEST_NOTE, MOST_PEOPLE

LARGEST_NUMBER = 2**31 - 1
MOST_DIGITS = 30  # with spaces around


class OnceForm(FlaskForm):
    """A form that is recorded once, however often it is sent: it carries a random word of its own."""

    form_id = HiddenField()

    def renew(self) -> None:
        """Give the form a new word: what it says next is another entry."""
        self.form_id.data = secrets.token_urlsafe(16)


class NumberField(IntegerField):
    """A whole number; one with more digits than any row holds is none, instead of one that validators choke on."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Called by WTForms with what was sent."""
        super().process_formdata([text if len(text) <= MOST_DIGITS else "" for text in valuelist])


def _people_field() -> IntegerField:
    return NumberField(
        "About how many people",
        [Optional(), NumberRange(1, MOST_PEOPLE, f"Give a number from 1 to {MOST_PEOPLE:,}, or leave it empty.")],
    )


def _note_field(label: str, description: str = "") -> TextAreaField:
    too_long = f"Up to {LONGEST_NOTE:,} characters fit here."
    return TextAreaField(label, [Optional(), Length(max=LONGEST_NOTE, message=too_long)], description=description)


class ResourcesField(SelectMultipleField):
    """Resources by their numbers; the template shows what there is to choose."""

    def __init__(self, label: str, **others: Any) -> None:
        super().__init__(label, coerce=resource_number, validate_choice=False, **others)


def resource_number(text: Any) -> int:
    """Return the number of a resource in a form; raises ValueError for one that no row can have."""
    number = int(text)
    if not 0 < number <= LARGEST_NUMBER:
        raise ValueError(text)
    return number


class DeclarationForm(OnceForm):
    """We shared this: when, with whom, how, about how many people."""

    happened_on = DayField("Shared on", [InputRequired("Give the day on which you shared it.")])
    with_whom = StringField(
        "With whom",
        [
            InputRequired("Say with whom you shared it."),
            Length(max=LONGEST_AUDIENCE, message=f"Up to {LONGEST_AUDIENCE:,} characters fit here."),
        ],
        description="For example: our 40 member manufacturers, the workforce board",
    )
    people = _people_field()
    channel = SelectField(
        "How",
        [InputRequired("Say how you shared it.")],
        choices=[SelectChoice(channel.value, channel.label) for channel in Channel],
        default=Channel.EMAIL.value,
    )
    note = _note_field("Note")

    def begin(self, today: date) -> None:
        """Fill what is usual."""
        self.happened_on.data = today
        self.renew()

    def show(self, event: SharingEvent) -> None:
        """Fill the form with what a declaration says."""
        self.happened_on.data, self.with_whom.data, self.people.data = event.happened_on, event.with_whom, event.people
        self.channel.data = event.channel.value if event.channel else None
        self.note.data = event.note

    def said(self) -> Declaration:
        """Return what was entered."""
        return Declaration(
            happened_on=self.happened_on.data,
            with_whom=self.with_whom.data or "",
            channel=Channel(self.channel.data),
            people=self.people.data,
            note=self.note.data or "",
        )


class DeclareForm(DeclarationForm):
    """The same for several resources at once."""

    resources = ResourcesField("Resources")
    find = StringField("Find another resource by its title", [Optional()])


class TakeBackForm(FlaskForm):
    """An entry was a mistake."""

    reason = StringField(
        "Why it is taken back",
        [
            InputRequired("Say in a few words why."),
            Length(max=LONGEST_NOTE, message=f"Up to {LONGEST_NOTE:,} characters fit here."),
        ],
    )


class ConfirmForm(OnceForm):
    """Close a quarter: what was shared and with whom, or that nothing was."""

    shared = RadioField(
        "In this quarter",
        [InputRequired("Choose one of the two.")],
        choices=[
            SelectChoice("yes", "we shared what is checked below"),
            SelectChoice("no", "there was nothing to share"),
        ],
        default="yes",
    )
    resources = ResourcesField("Resources")
    find = StringField("Find another resource by its title", [Optional()])
    with_whom = TextAreaField(
        "With whom, if you shared something",
        [Optional(), Length(max=LONGEST_NOTE, message=f"Up to {LONGEST_NOTE:,} characters fit here.")],
        description="Your stakeholders, or for a BFF the people in your organization",
    )
    people = _people_field()
    note = _note_field("Note", "Anything else that you shared, from calls, emails or websites")
    reason = _note_field("If there was nothing to share: why?")

    def show(self, confirmation: Confirmation) -> None:
        """Fill the form with what was confirmed before."""
        self.shared.data = "yes" if confirmation.shared else "no"
        self.with_whom.data, self.people.data = confirmation.with_whom, confirmation.people
        self.note.data, self.reason.data = confirmation.note, confirmation.reason
        self.resources.data = [item.resource_id for item in confirmation.items]

    def said(self) -> Statement:
        """Return what was entered."""
        return Statement(
            shared=self.shared.data == "yes",
            resource_ids=tuple(self.resources.data or ()),
            with_whom=self.with_whom.data or "",
            people=self.people.data,
            note=self.note.data or "",
            reason=self.reason.data or "",
        )
