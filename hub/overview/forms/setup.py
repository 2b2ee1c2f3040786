"""What the guide of the first run asks."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional


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
        "website, joined on, representative, e-mail address. All but the name may be empty.",
    )
    file = FileField(
        "Or a CSV file", [Optional()], description="With the same columns; a first line of headings may name them."
    )
