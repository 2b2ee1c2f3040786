"""What people fill in where several rooms meet."""

from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from hub.core.fields import DayField, TimeOfDayField
from hub.library.forms import CheckboxesField
from hub.library.rules import BIG_SIX, topics_from
from hub.members.rules.mail import MailKind


class NameHub(FlaskForm):
    """The hub's name and time zone."""

    name = StringField(
        "Name of the hub",
        [InputRequired("Enter a name."), Length(max=60)],
        description="Stands at the top of every page.",
    )
    zone = SelectField(
        "Time zone",
        [InputRequired("Choose the time zone.")],
        description="Decides on which day, and so in which quarter, something was shared. It can’t be changed any "
        "more once something has been shared.",
    )


class AboutHost(FlaskForm):
    """The organization that runs the hub."""

    name = StringField("Name", [InputRequired("Enter the name of your organization.")])
    region = StringField("Region", [Optional()])
    website = StringField("Website", [Optional()], description="Begins with https:// or http://.")


class ListOrganizations(FlaskForm):
    """Many organizations at once."""

    listed = TextAreaField(
        "One organization a line",
        [Optional()],
        description="Just the names, or columns copied from a spreadsheet: name, kind (member or BFF), region, "
        "website, joined on, representative, email address. All but the name may be empty.",
    )
    file = FileField(
        "Or a CSV file", [Optional()], description="With the same columns; a first line of headings may name them."
    )


class MailWishes(FlaskForm):
    """Which mail someone wants, on what, and when not."""

    kinds = CheckboxesField("Send me", choices=[SelectChoice(kind.value, kind.label) for kind in MailKind])
    topics = CheckboxesField(
        "Topics that you follow", choices=[SelectChoice(slug, label) for slug, label in BIG_SIX.items()]
    )
    tags = StringField(
        "Tags that you follow",
        [Optional(), Length(max=2_000)],
        description="Free words, separated by commas: CMMC, apprenticeship",
    )
    begins = TimeOfDayField("No mail from", [InputRequired("Give a time of day such as 8:00 p.m..")])
    ends = TimeOfDayField(
        "Mail again from",
        [InputRequired("Give a time of day such as 07:00.")],
        description="Mail waits in these hours. The same time twice: it never waits. Links that you asked for come at once.",
    )
    zone = SelectField("Your time zone", [InputRequired("Choose your time zone.")])

    def offer_zones(self) -> None:
        """The zones to choose from, those of the alliance first."""
        self.zone.choices = zone_choices()

    def followed(self) -> list[str]:
        """Return the topics and tags, each once."""
        return topics_from(self.topics.data or [], self.tags.data or "")


class Example(FlaskForm):
    """A field of every sort."""

    class Meta:
        """Nothing is sent."""

        csrf = False

    line = StringField("A line of text", [InputRequired()], description="Help stands between the label and the field.")
    wrong = StringField("A field with an error", [InputRequired("Enter something.")])
    text = TextAreaField("Several lines", [Optional()])
    choice = SelectField("One of several", choices=[SelectChoice("a", "The first"), SelectChoice("b", "The second")])
    few = RadioField("One of a few", choices=[SelectChoice("a", "This"), SelectChoice("b", "That")], default="a")
    day = DayField("A day", [Optional()])
    yes = BooleanField("Yes or no")


# Where American manufacturing is at home, before the rest of the world.
AT_HOME = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Puerto Rico",
}
ELSEWHERE = sorted(
    name
    for name in available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right"))
)


def zone_choices(now: str = "") -> list[SelectChoice]:
    """Return the zones of the alliance first, then the others; and ``now`` in any case."""
    home = [SelectChoice(name, f"{label} ({name})") for name, label in AT_HOME.items()]
    rest = [SelectChoice(name, name.replace("_", " ")) for name in ELSEWHERE if name not in AT_HOME]
    unlisted = [SelectChoice(now, now)] if now and now not in {*AT_HOME, *ELSEWHERE} else []
    return [*unlisted, *home, *rest]
