"""What people fill in about the mail that they get."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from hub.library.forms import CheckboxesField
from hub.library.rules import BIG_SIX, topics_from
from hub.members.rules.mail import MailKind
from hub.overview.forms.zones import zone_choices


class MailWishes(FlaskForm):
    """Which mail somebody wants, on what, and when not."""

    kinds = CheckboxesField("Send me", choices=[SelectChoice(kind.value, kind.label) for kind in MailKind])
    topics = CheckboxesField(
        "Topics that you follow", choices=[SelectChoice(slug, label) for slug, label in BIG_SIX.items()]
    )
    tags = StringField(
        "Tags that you follow",
        [Optional(), Length(max=2_000)],
        description="Free words, separated by commas: CMMC, apprenticeship",
    )
    begins = TimeField("No mail from", [InputRequired("Give a time of day such as 20:00.")])
    ends = TimeField(
        "Mail again from",
        [InputRequired("Give a time of day such as 07:00.")],
        description="Mail waits in these hours. The same time twice: it never waits. Links that you asked for come at once.",
    )
    zone = SelectField("Your time zone", [InputRequired("Choose your time zone.")])

    def offer_zones(self) -> None:
        """The zones to choose from, those of the alliance first."""
        self.zone.choices = zone_choices()

    def followed(self) -> list[str]:
        """The topics and tags, each once."""
        return topics_from(self.topics.data or [], self.tags.data or "")
