"""Forms of the setup guide, membership, notification settings, topic pages and the style guide."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from hub.core.dates import with_year
from hub.core.fields import CheckboxesField, DayField, TimeOfDayField
from hub.core.versions import EditForm, Part
from hub.library.rules import BIG_SIX, topics_from
from hub.members.actions.organizations import LONGEST_REASON
from hub.members.forms import postal_address_field
from hub.members.rules.mail import STOPPABLE, Frequency
from hub.members.rules.membership import Membership, Period
from hub.members.rules.organizations import OrganizationKind
from hub.overview.rules import topics as topics_rules

MOST_PERIODS = 20  # of an organization, in the form
MOST_PLACES = 60  # resources in the form of a topic's page: those that come first, and others to choose from
HIGHEST_ID = 2**31 - 1  # of a row, on every database


class HubForm(EditForm):
    """The hub's name, its time zone, and the day on which its records begin."""

    name = StringField(
        "Hub name",
        [InputRequired("Enter a name."), Length(max=60)],
        description="Shown at the top of every page.",
    )
    zone = SelectField(
        "Time zone",
        [InputRequired("Choose a time zone.")],
        description="Decides which quarter something counts for, so it can’t be changed after the first share.",
    )
    records_begin = DayField(
        "Records begin",
        [InputRequired("Enter the date on which the hub’s records begin.")],
        description="Before this day no one is silent, overdue or reminded; enter an earlier one if you import past records.",
    )


class PeriodRow(Form):
    """A period of membership; a row without dates and reason counts as empty."""

    kind = SelectField(
        "Kind",
        [InputRequired("Choose a kind.")],
        choices=[SelectChoice(kind.value, kind.label) for kind in OrganizationKind],
        coerce=OrganizationKind,
    )
    joined_on = DayField("Joined on")
    left_on = DayField("Last day", [Optional()])
    reason = StringField(
        "Reason for leaving",
        [Optional(), Length(max=LONGEST_REASON, message=f"Use up to {LONGEST_REASON} characters.")],
    )

    def validate_joined_on(self, field: Any) -> None:
        """Refuse a row that would be lost because it doesn't say when the organization joined."""
        if not field.raw_data[0] and (self.left_on.raw_data[0] or self.reason.data):
            raise ValidationError("Enter the date it joined, or clear the row.")


def _day(day: date | None) -> str:
    return with_year(day) if day else ""


def _typed_day(field: DayField) -> str:
    return _day(field.data) or " ".join(str(text) for text in field.raw_data or ()).strip()


class MembershipForm(EditForm):
    """An organization's periods of membership."""

    periods = FieldList(FormField(PeriodRow), max_entries=MOST_PERIODS)

    def parts(self, membership: Membership) -> list[Part]:
        """Return the periods as the one part that the form edits, as saved and as typed, a line each."""
        saved = [(p.kind.label, _day(p.joined_on), _day(p.left_on), p.reason) for p in membership.periods]
        typed = [
            (
                row.kind.data.label if row.kind.data else "",
                _typed_day(row.joined_on),
                _typed_day(row.left_on),
                row.reason.data or "",
            )
            for row in (entry.form for entry in self.periods)
        ]
        texts = (
            "\n".join(", ".join(filter(None, line)) for line in lines if any(line[1:])) for lines in (saved, typed)
        )
        return [Part.of_texts("Periods", *texts)]

    def offer(self, membership: Membership) -> None:
        """Add an empty row for coming back, and leave the kinds that it can be; the host has one period."""
        is_host = membership.kind is OrganizationKind.HOST
        last = self.periods[-1].form.joined_on if len(self.periods) else None
        if not is_host and len(self.periods) < MOST_PERIODS and (last is None or last.data or last.errors):
            self.periods.append_entry({"kind": membership.kind})
        for row in self.periods:
            row.form.kind.choices = [
                choice for choice in row.form.kind.choices if (choice.value == OrganizationKind.HOST.value) == is_host
            ]

    def stated(self) -> list[Period]:
        """Return the periods in the rows that aren't empty."""
        return [
            Period(row.kind.data, row.joined_on.data, row.left_on.data, row.reason.data or "")
            for row in (entry.form for entry in self.periods)
            if row.joined_on.data
        ]


class HostForm(EditForm):
    """The organization that runs the hub."""

    name = StringField("Name", [InputRequired("Enter your organization’s name.")])
    region = StringField("Region", [Optional()])
    website = StringField("Website", [Optional()], description="Starts with https:// or http://.")
    postal_address = postal_address_field()


class OrganizationsForm(FlaskForm):
    """A list of organizations to add."""

    listed = TextAreaField(
        "Organizations, one per line",
        [Optional()],
        description="Only the name is required. You can paste columns from a spreadsheet: name, kind (member or BFF), "
        "region, website, date joined, representative, email address.",
    )
    file = FileField(
        "Or a CSV file",
        [Optional()],
        description="The same columns in the same order, or in any order with column names in the first line.",
    )


class NotificationSettingsForm(EditForm):
    """A person's notification settings: kinds of email, topics and quiet hours."""

    kinds = CheckboxesField("Send me", choices=[SelectChoice(kind.value, kind.label) for kind in STOPPABLE])
    openings = RadioField(
        "When someone outside opens what you shared",
        choices=[
            SelectChoice("", "Don’t email me"),
            SelectChoice(Frequency.DAILY.value, "Email me once a day"),
            SelectChoice(Frequency.WEEKLY.value, "Email me once a week, on Mondays"),
        ],
        default="",
        description="Once for each link or recipient of a pack, with what the pack’s results show anyway.",
    )
    topics = CheckboxesField(
        "Topics you follow", choices=[SelectChoice(slug, label) for slug, label in BIG_SIX.items()]
    )
    tags = StringField(
        "Tags you follow",
        [Optional(), Length(max=2_000)],
        description="Separated by commas, for example CMMC, apprenticeship",
    )
    begins = TimeOfDayField("Quiet hours start", [InputRequired("Enter a time such as 8:00 p.m.")])
    ends = TimeOfDayField(
        "Quiet hours end",
        [InputRequired("Enter a time such as 7:00 a.m.")],
        description="Email waits until quiet hours end, except links that you ask for; enter the same time twice to turn "
        "quiet hours off.",
    )
    zone = SelectField("Your time zone", [InputRequired("Choose a time zone.")])

    def offer_zones(self) -> None:
        """Set the choices of time zones, American ones first."""
        self.zone.choices = zone_choices()

    def followed(self) -> list[str]:
        """Return the followed topics and tags without duplicates."""
        return topics_from(self.topics.data or [], self.tags.data or "")


class PlaceRow(Form):
    """A resource that may come first on a topic's page, and its place; empty: it doesn't."""

    resource = IntegerField("Resource", [InputRequired(), NumberRange(1, HIGHEST_ID)], widget=HiddenInput())
    place = IntegerField("Place", [Optional(), NumberRange(1, 99, "Use numbers from 1 to 10.")])


class TopicPageForm(EditForm):
    """A topic's sentences, and the resources that come first on its page."""

    sentences = TextAreaField(
        "About this topic",
        [Length(max=topics_rules.LONGEST_SENTENCES, message=f"Use up to {topics_rules.LONGEST_SENTENCES} characters.")],
        description="Up to two sentences. Everyone can read them, including visitors. Leave it blank for the hub’s own text.",
    )
    places = FieldList(FormField(PlaceRow), "Start here", max_entries=MOST_PLACES)

    def chosen(self) -> list[int]:
        """Return the resources that have a place, in order."""
        rows = (entry.form for entry in self.places)
        return list(topics_rules.in_order([(row.resource.data, row.place.data) for row in rows if row.resource.data]))

    def parts(self, saved_sentences: str, saved: Sequence[int], titles: Mapping[int, str]) -> list[Part]:
        """Return the sentences and the list of resources as the two parts that the form edits."""

        def listed(ids: Sequence[int]) -> str:
            return "\n".join(f"{at}. {titles.get(id_, 'A withdrawn resource')}" for at, id_ in enumerate(ids, 1))

        typed = self.chosen()
        return [
            Part.of_texts(self.sentences.label.text, saved_sentences, self.sentences.data or ""),
            Part(self.places.label.text, listed(saved), listed(typed), f"{saved}", f"{typed}"),
        ]


class ExampleForm(FlaskForm):
    """One field of each type, for the style guide."""

    class Meta:
        """No CSRF token, since it is never submitted."""

        csrf = False

    line = StringField("A line of text", [InputRequired()], description="Help text is between the label and the field.")
    wrong = StringField("A field with an error", [InputRequired("Enter something.")])
    text = TextAreaField("Multiple lines of text", [Optional()])
    choice = SelectField("One of many", choices=[SelectChoice("a", "First option"), SelectChoice("b", "Second option")])
    few = RadioField("One of a few", choices=[SelectChoice("a", "First"), SelectChoice("b", "Second")], default="a")
    day = DayField("A date", [Optional()])
    yes = BooleanField("Yes or no")


# Time zones of the United States, listed before all others.
AMERICAN_ZONES = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Puerto Rico",
}
OTHER_ZONES = sorted(
    name
    for name in available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right"))
)


def zone_choices(now: str = "") -> list[SelectChoice]:
    """Return the American time zones, then all others; and the current one, ``now``, even if it is unknown."""
    american = [SelectChoice(name, f"{label} ({name})") for name, label in AMERICAN_ZONES.items()]
    others = [SelectChoice(name, name.replace("_", " ")) for name in OTHER_ZONES if name not in AMERICAN_ZONES]
    unlisted = [SelectChoice(now, now)] if now and now not in {*AMERICAN_ZONES, *OTHER_ZONES} else []
    return [*unlisted, *american, *others]
