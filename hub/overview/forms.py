"""Forms of the setup guide, notification settings and the style guide."""

from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from hub.core.fields import DayField, TimeOfDayField
from hub.core.versions import EditForm
from hub.library.forms import CheckboxesField
from hub.library.rules import BIG_SIX, topics_from
from hub.members.rules.mail import MailKind


class HubForm(EditForm):
    """The hub's name and time zone."""

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


class HostForm(EditForm):
    """The organization that runs the hub."""

    name = StringField("Name", [InputRequired("Enter your organization’s name.")])
    region = StringField("Region", [Optional()])
    website = StringField("Website", [Optional()], description="Starts with https:// or http://.")


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

    kinds = CheckboxesField("Send me", choices=[SelectChoice(kind.value, kind.label) for kind in MailKind])
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
