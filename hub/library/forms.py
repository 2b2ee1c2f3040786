"""The forms of the library."""

import hashlib
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from hub.core.fields import CheckboxesField, DayField
from hub.core.text import clean
from hub.core.versions import EditForm
from hub.library.actions import Facts
from hub.library.file_names import date_from, kind_from, title_from
from hub.library.models import Resource
from hub.library.rules import (
    AUDIENCE_LABELS,
    BIG_SIX,
    LONGEST_BODY,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Audience,
    Kind,
    topics_from,
)

AS_PROPOSED = "proposed"  # the kind suggested by each file's name and format


_KINDS = [SelectChoice(kind.value, kind.label) for kind in Kind]


class FactsForm(EditForm):
    """The details of a resource; the same when adding and when editing."""

    NOTES = frozenset({"closes"})

    title = StringField(
        "Title", [Optional(), Length(max=LONGEST_TITLE)], description="Use words that a colleague would search for."
    )
    kind = RadioField("Kind", choices=_KINDS, default=Kind.RESOURCE.value)
    summary = TextAreaField(
        "Summary",
        [Optional(), Length(max=LONGEST_SUMMARY)],
        description="In two or three sentences, what it covers and who it’s for. Included when someone shares it.",
    )
    topics = CheckboxesField("Topics", choices=[SelectChoice(slug, label) for slug, label in BIG_SIX.items()])
    tags = StringField("Tags", [Optional()], description="Your own tags, separated by commas: CMMC, apprenticeship")
    published_on = DayField(
        "Published on", [Optional()], description="Leave blank to use the document’s own date, or today."
    )
    call_on = DayField("Call date", [Optional()], description="The date of the weekly call that it belongs to, if any.")
    audience = RadioField(
        "Audience",
        choices=[
            SelectChoice(Audience.NETWORK.value, f"{AUDIENCE_LABELS[Audience.NETWORK]}: everyone who can sign in"),
            SelectChoice(Audience.PUBLIC.value, f"{AUDIENCE_LABELS[Audience.PUBLIC]}: no sign-in needed"),
            SelectChoice(Audience.ORGANIZATION.value, AUDIENCE_LABELS[Audience.ORGANIZATION]),
        ],
        default=Audience.NETWORK.value,
    )
    organization = SelectField("Organization", validate_choice=True)

    def offer_organizations(self, choices: list[tuple[str, str]]) -> None:
        """Offer the organizations that this person may add for; the field is removed when there is only one."""
        self.organization.choices = [SelectChoice(slug, name) for slug, name in choices]
        if len(choices) == 1:
            del self.organization

    def facts(self) -> Facts:
        """Return the details that were entered."""
        return Facts(
            kind=Kind(self.kind.data),
            title=self.title.data or "",
            published_on=self.published_on.data,
            **self.shared_facts(),
        )

    def shared_facts(self) -> dict[str, Any]:
        """Return the details that apply to every file of a batch, as arguments of Facts."""
        return {
            "summary": self.summary.data or "",
            "topics": tuple(topics_from(self.topics.data or [], clean(self.tags.data or ""))),
            "audience": Audience(self.audience.data),
            "call_on": self.call_on.data,
        }


class EditFactsForm(FactsForm):
    """The details of a resource that exists."""

    NOTES = frozenset({"closes"})

    closes = BooleanField("Close them")


def facts_form(resource: Resource) -> EditFactsForm:
    """Return the form that edits the details of ``resource``."""
    names = [topic.name for topic in resource.topics]
    form = EditFactsForm(
        title=resource.title,
        summary=resource.summary,
        kind=resource.kind.value,
        audience=resource.audience.value,
        topics=[name for name in names if name in BIG_SIX],
        tags=", ".join(name for name in names if name not in BIG_SIX),
        published_on=resource.published_on,
        call_on=resource.call_on,
    )
    del form.organization
    form.published_on.description = ""
    form.edits(resource, logged_as=("edited the resource", "added the resource"))
    return form


class FileForm(FlaskForm):
    """The details of one file among several; a blank field takes the value entered for all files."""

    class Meta:
        """No CSRF token: the enclosing form has it."""

        csrf = False

    title = StringField("Title", [Optional(), Length(max=LONGEST_TITLE)])
    kind = SelectField("Kind", choices=[SelectChoice("", "Same as for all files"), *_KINDS], default="")
    published_on = DayField("Published on", [Optional()])


def file_prefix(handle: str) -> str:
    """Return the prefix of the names of a file's own fields: short, and always the same for the same file."""
    return "file-" + hashlib.sha256(handle.encode()).hexdigest()[:12]


def _split_field() -> BooleanField:
    """Return the field with which a page with the updates of several dates becomes a resource for each of them."""
    return BooleanField(
        "Split by date",
        description="For a page with the updates of several dates: adds a resource for each date. You see a preview first.",
    )


class UploadForm(FactsForm):
    """Add one or many files."""

    files = MultipleFileField("Files", description="")
    split_by_date = _split_field()
    kind = RadioField(
        "Kind",
        choices=[SelectChoice(AS_PROPOSED, "Automatic, based on each file’s name and type"), *_KINDS],
        default=AS_PROPOSED,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title.description = "Leave blank to use the document’s own title."
        self.published_on.description = (
            "Leave blank to use the date in the file’s name, the document’s own date, or today."
        )

    def facts_for_file(self, file_name: str, own: FileForm, today: date, *, alone: bool) -> Facts:
        """Return the details of one file: its own, or those entered for all; ``alone`` when it is the only file.

        A title left as suggested by the file's name doesn't count as chosen: the document may have a better one.
        """
        title = own.title.data or (self.title.data if alone else "") or ""
        kind = own.kind.data or self.kind.data
        return Facts(
            kind=kind_from(file_name) if kind == AS_PROPOSED else Kind(kind),
            title="" if title.strip() == title_from(file_name) else title,
            published_on=own.published_on.data or self.published_on.data or date_from(file_name, today),
            **self.shared_facts(),
        )


class WriteForm(FactsForm):
    """Add a briefing or call notes by typing the text."""

    body = TextAreaField(
        "Text",
        [DataRequired("Enter the text."), Length(max=LONGEST_BODY)],
        description="Markdown: # heading, **bold**, - list, 1. numbered list, [link text](https://example.org).",
    )
    split_by_date = _split_field()


class LinkForm(FactsForm):
    """Add a link to something on the web."""

    url = URLField(
        "Link",
        [DataRequired("Enter a link that starts with https:// or http://.")],
        description="The page, recording or tool, starting with https://",
    )


class ReplaceForm(EditForm):
    """Replace the content of a resource; only the field for its source is shown."""

    NOTES = frozenset({"note"})

    files = MultipleFileField("New file", [Optional()])
    body = TextAreaField("Text", [Optional(), Length(max=LONGEST_BODY)])
    url = URLField("Link", [Optional()])
    note = StringField(
        "Revision note",
        [Optional(), Length(max=500)],
        description="What changed, in one line, for people who have the earlier revision.",
    )


class WithdrawForm(EditForm):
    """Withdraw a resource."""

    reason = StringField("Reason", [DataRequired("Enter a reason."), Length(max=500)])
