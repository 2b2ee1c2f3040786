"""The forms of the library."""

import hashlib
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from hub.core.fields import DayField
from hub.core.text import clean
from hub.library.actions import Facts
from hub.library.models import Resource
from hub.library.rules import (
    AUDIENCE_LABELS,
    BIG_SIX,
    LONGEST_BODY,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Audience,
    Kind,
    date_from,
    kind_from,
    title_from,
    topics_from,
)

AS_PROPOSED = "proposed"  # the kind that each file's name and format propose


class CheckboxesField(SelectMultipleField):
    """Several choices as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


_KINDS = [SelectChoice(kind.value, kind.label) for kind in Kind]


class FactsForm(FlaskForm):
    """What people say of a resource; the same when adding and when changing."""

    title = StringField(
        "Title", [Optional(), Length(max=LONGEST_TITLE)], description="What a colleague would search for."
    )
    kind = RadioField("Kind", choices=_KINDS, default=Kind.RESOURCE.value)
    summary = TextAreaField(
        "Summary",
        [Optional(), Length(max=LONGEST_SUMMARY)],
        description="Two or three sentences: what is in it, and for whom. They go along when someone forwards it.",
    )
    topics = CheckboxesField("Topics", choices=[SelectChoice(slug, label) for slug, label in BIG_SIX.items()])
    tags = StringField("Tags", [Optional()], description="Free words, separated by commas: CMMC, apprenticeship")
    published_on = DayField("Published on", [Optional()], description="Empty: the document's own date, or today.")
    call_on = DayField("Belongs to the call of", [Optional()], description="The day of the Monday call, if it has one.")
    audience = RadioField(
        "Who may read it",
        choices=[
            SelectChoice(Audience.NETWORK.value, f"{AUDIENCE_LABELS[Audience.NETWORK]}: everyone who signs in"),
            SelectChoice(Audience.PUBLIC.value, f"{AUDIENCE_LABELS[Audience.PUBLIC]}: no sign-in needed"),
            SelectChoice(Audience.ORGANIZATION.value, AUDIENCE_LABELS[Audience.ORGANIZATION]),
        ],
        default=Audience.NETWORK.value,
    )
    organization = SelectField("Organization", validate_choice=True)

    def offer_organizations(self, choices: list[tuple[str, str]]) -> None:
        """The organizations that this person may add for; with one alone the field is left out."""
        self.organization.choices = [SelectChoice(slug, name) for slug, name in choices]
        if len(choices) == 1:
            del self.organization

    def facts(self) -> Facts:
        """Return what was entered."""
        return Facts(
            kind=Kind(self.kind.data),
            title=self.title.data or "",
            published_on=self.published_on.data,
            **self.said_of_all(),
        )

    def said_of_all(self) -> dict[str, Any]:
        """Return what holds for every file of a batch."""
        return {
            "summary": self.summary.data or "",
            "topics": tuple(topics_from(self.topics.data or [], clean(self.tags.data or ""))),
            "audience": Audience(self.audience.data),
            "call_on": self.call_on.data,
        }

    def show(self, resource: Resource) -> None:
        """Fill the form with what is said of ``resource`` now."""
        names = [topic.name for topic in resource.topics]
        self.title.data, self.summary.data = resource.title, resource.summary
        self.kind.data, self.audience.data = resource.kind.value, resource.audience.value
        self.topics.data = [name for name in names if name in BIG_SIX]
        self.tags.data = ", ".join(name for name in names if name not in BIG_SIX)
        self.published_on.data, self.call_on.data = resource.published_on, resource.call_on


class FileForm(FlaskForm):
    """What is said of one file among those of an upload; what is left empty is taken from what is said of all."""

    class Meta:
        """The form around it carries the token."""

        csrf = False

    title = StringField("Title", [Optional(), Length(max=LONGEST_TITLE)])
    kind = SelectField("Kind", choices=[SelectChoice("", "As for all"), *_KINDS], default="")
    published_on = DayField("Published on", [Optional()])


def file_prefix(handle: str) -> str:
    """Return what the names of a file's own fields begin with; the same for the same file, and short."""
    return "file-" + hashlib.sha256(handle.encode()).hexdigest()[:12]


class UploadForm(FactsForm):
    """Add one or many files."""

    files = MultipleFileField("Files", description="")
    kind = RadioField(
        "Kind", choices=[SelectChoice(AS_PROPOSED, "As each file suggests"), *_KINDS], default=AS_PROPOSED
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title.description = "Empty: the document's own title. With several files each keeps its own."
        self.published_on.description = "Empty: the day in the file's name, else the document's own date, or today."

    def facts_of(self, file_name: str, own: FileForm, today: date, *, alone: bool) -> Facts:
        """Return what was entered of one file: its own, else what was said of all; ``alone`` when there is no other file.

        A title left as the file's name proposed it isn't a title that a person chose: the document may have a better.
        """
        title = own.title.data or (self.title.data if alone else "") or ""
        kind = own.kind.data or self.kind.data
        return Facts(
            kind=kind_from(file_name) if kind == AS_PROPOSED else Kind(kind),
            title="" if title.strip() == title_from(file_name) else title,
            published_on=own.published_on.data or self.published_on.data or date_from(file_name, today),
            **self.said_of_all(),
        )


class WriteForm(FactsForm):
    """Add a briefing or call notes by typing."""

    body = TextAreaField(
        "Text",
        [DataRequired("Write the text first: there is nothing in it yet."), Length(max=LONGEST_BODY)],
        description="Markdown: # heading, **bold**, - list, 1. numbered items, [words](https://address).",
    )


class LinkForm(FactsForm):
    """Add an address on the web."""

    url = URLField(
        "Web address",
        [DataRequired("Give an address that begins with https:// or http://.")],
        description="The page, recording or tool, beginning with https://",
    )


class ReplaceForm(FlaskForm):
    """Give a resource new content; only the field for the kind that was chosen is shown."""

    files = MultipleFileField("New file", [Optional()])
    body = TextAreaField("Text", [Optional(), Length(max=LONGEST_BODY)])
    url = URLField("Web address", [Optional()])
    note = StringField(
        "What changed", [Optional(), Length(max=500)], description="One line for those who have the old one."
    )


class WithdrawForm(FlaskForm):
    """Hide a resource."""

    reason = StringField("Why", [DataRequired("Say in a few words why."), Length(max=500)])
