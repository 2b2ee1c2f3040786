"""A field of every sort, for the style guide."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional


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
    day = DateField("A day", [Optional()])
    yes = BooleanField("Yes or no")
