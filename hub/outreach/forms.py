"""The forms of outreach."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hub.core import clock, web
from hub.core.dates import number, plural, zone_name
from hub.core.errors import Refused
from hub.core.fields import MomentField
from hub.core.versions import EditForm, Part
from hub.members.forms import postal_address_field
from hub.members.rules.fields import LONGEST_EMAIL, LONGEST_NAME
from hub.outreach.models import Pack, Stakeholder
from hub.outreach.rules.links import LINK_DAYS
from hub.outreach.rules.packs import LONGEST_PACK_NOTE, LONGEST_PACK_TITLE, LONGEST_QUESTION, reordered
from hub.sharing.forms import LARGEST_INTEGER, MOST_DIGITS, NumberField, ResourcesField, resource_number
from hub.sharing.rules.standing import Channel

CHANNEL_LABELS = {
    Channel.NEWSLETTER: "Newsletter",
    Channel.EMAIL: "Our own email",
    Channel.WEBSITE: "Website",
    Channel.MEETING: "Meeting or call",
    Channel.OTHER: "Other",
}


class LinkForm(FlaskForm):
    """A new share link."""

    page = NumberField(
        "Page or slide number",
        [Optional(), NumberRange(1, LARGEST_INTEGER, "Page numbers start at 1.")],
        description="Leave blank to share the whole resource.",
    )
    days = SelectField("Link expires after", [InputRequired("Choose when the link expires.")], coerce=int)

    def __init__(self, default_days: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.days.choices = [SelectChoice(days, plural(days, "day")) for days in sorted({*LINK_DAYS, default_days})]
        if self.days.data is None:
            self.days.data = default_days


class StakeholderForm(EditForm):
    """One stakeholder."""

    email = StringField(
        "Email",
        [
            InputRequired("Enter an email address."),
            Length(max=LONGEST_EMAIL, message=f"That address is too long. The limit is {LONGEST_EMAIL} characters."),
        ],
    )
    name = StringField("Name", [Optional()])
    affiliation = StringField("Affiliation", [Optional()], description="Where they work or who they represent")
    groups = StringField(
        "Groups", [Optional()], description="Separate groups with commas: Board, Manufacturers in Adams County"
    )

    def entered(self) -> tuple[str, str, str, str]:
        """Return the entered email address, name, affiliation and groups."""
        fields = (self.email, self.name, self.affiliation, self.groups)
        email, name, affiliation, groups = (field.data or "" for field in fields)
        return email, name, affiliation, groups


def stakeholder_form(stakeholder: Stakeholder) -> StakeholderForm:
    """Return the form that edits a stakeholder."""
    groups = ", ".join(group.name for group in stakeholder.groups)
    form = StakeholderForm(
        email=stakeholder.email, name=stakeholder.name, affiliation=stakeholder.affiliation, groups=groups
    )
    form.edits(stakeholder, stakeholder.name or stakeholder.email, logged_as=("changed the", "added the"))
    return form


class ImportForm(FlaskForm):
    """A list of stakeholders to import, pasted or uploaded as a file."""

    file = FileField(
        "CSV file", description="A spreadsheet saved as CSV, with the columns name, email, affiliation and groups"
    )
    lines = TextAreaField(
        "Or paste a list",
        [Optional()],
        description="One person per line, like any of these: ana@example.org · "
        "ana@example.org, Ana Peña, Lakeshore Forge, Board · Ana Peña <ana@example.org>",
    )
    group = StringField("Add everyone to this group", [Optional()])

    def read_file(self) -> None:
        """Replace the pasted text with the uploaded file's, if there is one; raise Refused if the file isn't text."""
        upload = self.file.data
        if not upload or not upload.filename:
            return
        content = upload.read()
        if (b"\x00" in content[:4] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))) or content.startswith(b"PK"):
            raise Refused("That isn’t a CSV file. In your spreadsheet, choose Save as, then CSV.")
        self.lines.data = _decoded(content)


def _decoded(content: bytes) -> str:
    """Return the text of a CSV file as spreadsheets save it: UTF-8, UTF-16 with a byte order mark, or Windows-1252."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _pair(text: Any) -> tuple[int, int]:
    resource, _, number = str(text).partition(":")
    return resource_number(resource), resource_number(number)


class NewPackForm(FlaskForm):
    """The contents of a new pack: whole resources, and single items of weekly updates as ``resource:number``."""

    resources = ResourcesField("Resources")
    parts = SelectMultipleField("Individual items", coerce=_pair, validate_choice=False)


class PackForm(EditForm):
    """A draft pack: its subject, note and recipients, and a search for resources to add."""

    NOTES = frozenset({"who", "find", "part"})

    title = StringField(
        "Subject",
        [
            InputRequired("Enter a subject."),
            Length(
                max=LONGEST_PACK_TITLE,
                message=f"That’s too long. The limit is {number(LONGEST_PACK_TITLE)} characters.",
            ),
        ],
    )
    words = TextAreaField(
        "Note",
        [
            Optional(),
            Length(
                max=LONGEST_PACK_NOTE, message=f"That’s too long. The limit is {number(LONGEST_PACK_NOTE)} characters."
            ),
        ],
        description="In two sentences: why you’re sending this, and what to look at first",
    )
    groups = SelectMultipleField("Groups", validate_choice=False)
    everyone = BooleanField("All stakeholders")
    people = SelectMultipleField("People", coerce=resource_number, validate_choice=False)
    who = StringField("Name, email or affiliation", [Optional()])
    find = StringField("Title", [Optional()])
    part = StringField("Only these pages", [Optional()], description="Such as 7 or 7-9")

    def positions(self) -> dict[int, int]:
        """Return the position typed for each item, by item id; anything that isn't a number is left out."""
        sent = {name[6:]: value for name, value in request.form.items() if name.startswith("place-")}
        return {
            int(item): int(place)
            for item, place in sent.items()
            if item.isdecimal() and place.strip().isdecimal() and len(item) < MOST_DIGITS and len(place) < MOST_DIGITS
        }


def pack_form(pack: Pack, people: Sequence[int], titles: Mapping[int, str], **named: Any) -> PackForm:
    """Return the form that edits a draft; ``people`` are those chosen beside the groups, ``titles`` are of its resources.

    ``formdata=None`` fills it with what is saved, also after it was submitted.
    """
    form = PackForm(
        title=pack.title,
        words=pack.note,
        groups=list(pack.groups),
        everyone=pack.everyone,
        people=list(people),
        **named,
    )

    def parts() -> list[Part]:
        saved = [item.id for item in pack.items]
        typed = reordered(saved, form.positions()) if form.is_submitted() else saved
        resources = {item.id: item.resource_id for item in pack.items}
        texts = ["\n".join(titles.get(resources[number], "") for number in order) for order in (saved, typed)]
        keys = [" ".join(map(str, order)) for order in (saved, typed)]
        return [*form.field_parts(), Part("Order of resources", *texts, *keys)]

    form.edits(pack, parts=parts, logged_as=("edited the",))
    return form


class SendForm(FlaskForm):
    """When to send a pack."""

    when = RadioField(
        "When to send",
        [InputRequired("Choose when to send the pack.")],
        choices=[SelectChoice("now", "Now"), SelectChoice("later", "Later")],
        default="now",
    )
    at = MomentField("Date and time", [Optional()])
    postal_address = postal_address_field("Your organization’s postal address", says_why=False)  # if it has none

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at.description = f"For sending later, in {zone_name(clock.now().astimezone(web.config().zone))}"

    def send_at(self, zone: ZoneInfo) -> datetime | None:
        """Return the chosen moment in the hub's time zone, or None for now; raise Refused if it is missing."""
        if self.when.data != "later":
            return None
        if self.at.data is None:
            raise Refused("Enter a date and time, or choose Now.")
        typed: datetime = self.at.data
        return typed.replace(tzinfo=zone)


class ChannelForm(FlaskForm):
    """The channel for a copied pack."""

    channel = SelectField(
        "Where will you share it?",
        [InputRequired("Choose where you’ll share it.")],
        choices=[SelectChoice(channel.value, label) for channel, label in CHANNEL_LABELS.items()],
        default=Channel.NEWSLETTER.value,
    )


class QuestionForm(FlaskForm):
    """A recipient's question."""

    question = TextAreaField(
        "Your question",
        [
            InputRequired("Enter your question."),
            Length(
                max=LONGEST_QUESTION, message=f"That’s too long. The limit is {number(LONGEST_QUESTION)} characters."
            ),
        ],
    )
    name = StringField(
        "Your name",
        [Optional(), Length(max=LONGEST_NAME, message=f"That’s too long. The limit is {LONGEST_NAME} characters.")],
    )
    email = StringField("Your email", [InputRequired("Enter the email address to reply to.")])
    copy = BooleanField("Send a copy to the publisher")

    def entered(self) -> dict[str, Any]:
        """Return the entered values; name and address are empty if the form doesn't ask for them."""
        return {
            "question": self.question.data or "",
            "name": self.name.data or "" if "name" in self else "",
            "email": self.email.data or "" if "email" in self else "",
            "copy": bool(self.copy.data),
        }
