"""The forms of sharing."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.core.dates import number
from hub.core.fields import DayField
from hub.core.versions import EditForm
from hub.sharing.actions.confirmations import Statement
from hub.sharing.actions.declarations import Declaration
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.rules.standing import Act, Channel
from hub.sharing.rules.texts import LONGEST_AUDIENCE, LONGEST_NOTE, MOST_PEOPLE

LARGEST_INTEGER = 2**31 - 1
MOST_DIGITS = 30  # with spaces around


class OnceForm(EditForm):
    """A form that is recorded once, even if it is sent twice: every form has a random id, which it sends back."""

    form_id = HiddenField()


class NumberField(IntegerField):
    """A whole number. Far too many digits count as no number, since converting them could take very long."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse the submitted texts; called by WTForms."""
        super().process_formdata([text if len(text) <= MOST_DIGITS else "" for text in valuelist])


def _people_field() -> IntegerField:
    return NumberField(
        "About how many people",
        [
            Optional(),
            NumberRange(1, MOST_PEOPLE, f"Enter a number from 1 to {number(MOST_PEOPLE)}, or leave it blank."),
        ],
        description="An estimate is fine.",
    )


def _note_field(label: str, description: str = "") -> TextAreaField:
    return TextAreaField(label, [Optional(), _at_most(LONGEST_NOTE)], description=description)


def _at_most(count: int) -> Length:
    return Length(max=count, message=f"Use up to {number(count)} characters.")


class ResourcesField(SelectMultipleField):
    """Resources by id; the template shows the choices."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=resource_number, validate_choice=False, **kwargs)


def resource_number(text: Any) -> int:
    """Return the id of a resource in a form; raises ValueError if it is out of the column's range."""
    resource_id = int(text)
    if not 0 < resource_id <= LARGEST_INTEGER:
        raise ValueError(text)
    return resource_id


class DeclarationForm(OnceForm):
    """A report of sharing: when, how, with which audience, and about how many people."""

    happened_on = DayField("Date shared", [InputRequired("Enter the date when you shared it.")])
    with_whom = StringField(
        "Shared with",
        [InputRequired("Say who you shared it with."), _at_most(LONGEST_AUDIENCE)],
        description="For example, our 40 member manufacturers or the workforce board",
    )
    people = _people_field()
    channel = SelectField(
        "How it was shared",
        [InputRequired("Choose how you shared it.")],
        choices=[SelectChoice(channel.value, channel.label) for channel in Channel],
        default=Channel.EMAIL.value,
    )
    note = _note_field("Note")
    earlier = ResourcesField("Shared earlier, outside the hub")

    def begin(self, today: date) -> None:
        """Set the default values."""
        self.happened_on.data = today

    def declaration(self) -> Declaration:
        """Return the declaration that was entered."""
        return Declaration(
            happened_on=self.happened_on.data,
            with_whom=self.with_whom.data or "",
            channel=Channel(self.channel.data),
            people=self.people.data,
            note=self.note.data or "",
            earlier=tuple(self.earlier.data or ()),
        )


def correction_form(event: SharingEvent, **named: Any) -> DeclarationForm:
    """Return the form that corrects a declaration; ``formdata=None`` if another form was submitted."""
    form = DeclarationForm(
        happened_on=event.happened_on,
        with_whom=event.with_whom,
        people=event.people,
        channel=event.channel.value if event.channel else None,
        note=event.note,
        earlier=[event.resource_id] if event.earlier else [],
        **named,
    )
    form.earlier.choices = [SelectChoice(event.resource_id, "Yes")]
    if event.act is Act.DECLARED:  # otherwise it can't be corrected
        logged_as = ("logged", "corrected an entry with")
        form.edits(event, f"Log entry of “{event.title}”", logged_as=logged_as)
    return form


class DeclareForm(DeclarationForm):
    """A report of sharing several resources at once."""

    resources = ResourcesField("Resources")
    find = StringField("Find another resource by title", [Optional()])


class RetractionForm(FlaskForm):
    """The reason for retracting an entry."""

    reason = StringField("Reason", [InputRequired("Enter a reason."), _at_most(LONGEST_NOTE)])


class ConfirmForm(OnceForm):
    """The confirmation of a quarter: what was shared and with which audience, or that nothing was."""

    shared = RadioField(
        "This quarter",
        [InputRequired("Choose whether you shared anything.")],
        choices=[
            SelectChoice("yes", "We shared the resources checked below"),
            SelectChoice("no", "There was nothing to share"),
        ],
        default="yes",
    )
    resources = ResourcesField("Resources")
    earlier = ResourcesField("Shared earlier, outside the hub")
    find = StringField("Find another resource by title", [Optional()])
    with_whom = TextAreaField(
        "Shared with",
        [Optional(), _at_most(LONGEST_NOTE)],
        description="Your stakeholders; for a BFF, the people in your organization",
    )
    people = _people_field()
    note = _note_field("Note", "Anything else you shared from calls, emails or websites")
    reason = _note_field("Reason, if there was nothing to share")

    def show(self, statement: Statement) -> None:
        """Fill in the values of an earlier confirmation."""
        self.shared.data = "yes" if statement.shared else "no"
        self.with_whom.data, self.people.data = statement.with_whom, statement.people
        self.note.data, self.reason.data = statement.note, statement.reason
        self.resources.data, self.earlier.data = list(statement.resource_ids), list(statement.earlier)

    def statement(self) -> Statement:
        """Return the statement that was entered."""
        return Statement(
            shared=self.shared.data == "yes",
            resource_ids=tuple(self.resources.data or ()),
            with_whom=self.with_whom.data or "",
            people=self.people.data,
            note=self.note.data or "",
            reason=self.reason.data or "",
            earlier=tuple(self.earlier.data or ()),
        )


def statement_of(confirmation: Confirmation) -> Statement:
    """Return what a confirmation says; needs its items."""
    return Statement(
        shared=confirmation.shared,
        resource_ids=tuple(item.resource_id for item in confirmation.items),
        with_whom=confirmation.with_whom,
        people=confirmation.people,
        note=confirmation.note,
        reason=confirmation.reason,
        earlier=tuple(item.resource_id for item in confirmation.items if item.earlier),
    )


def resources_in(statement: Statement) -> dict[str, list[int]]:
    """Return the ids of a statement's resources, in order, by label; none if nothing was shared."""
    named = {"Resources": statement.resource_ids, "Shared earlier": statement.earlier}
    return {label: sorted(numbers) if statement.shared else [] for label, numbers in named.items()}


def as_texts(statement: Statement, titles: Mapping[int, str]) -> dict[str, str]:
    """Return a statement as people read it, by label: of a statement that nothing was shared, only the reason counts."""
    shared, texts = statement.shared, dict[str, str]()
    texts["This quarter"] = "We shared resources" if shared else "There was nothing to share"
    times = Counter(titles.values())
    for label, numbers in resources_in(statement).items():
        named = ((titles.get(resource_id, ""), resource_id) for resource_id in numbers)
        texts[label] = "\n".join(
            f"{title} (resource {resource_id})" if times[title] > 1 else title for title, resource_id in sorted(named)
        )
    texts["Shared with"] = statement.with_whom if shared else ""
    texts["About how many people"] = number(statement.people) if shared and statement.people else ""
    texts["Note"] = statement.note if shared else ""
    texts["Reason"] = "" if shared else statement.reason
    return texts
