"""Forms of saved searches. What is typed is checked where it is kept."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField


class KeepForm(FlaskForm):
    """Keep the search with this address under a name."""

    name = StringField("Name")
    tells = BooleanField("Tell me when there is more")
    address = HiddenField()


class RenameForm(FlaskForm):
    """Another name."""

    name = StringField("Name")
