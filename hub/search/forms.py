"""The forms of search."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hub.core.versions import EditForm
from hub.search.actions import LONGEST_ENTRY_NAME, LONGEST_MEANING, Wording


class EntryForm(EditForm):
    """A glossary entry."""

    name = StringField(
        "Acronym or short name",
        [
            InputRequired("Enter the acronym or short name."),
            Length(max=LONGEST_ENTRY_NAME, message=f"Use up to {LONGEST_ENTRY_NAME} characters."),
        ],
        description="For example, NOFO.",
    )
    meaning = StringField(
        "What it stands for",
        [
            InputRequired("Enter what it stands for."),
            Length(max=LONGEST_MEANING, message=f"Use up to {LONGEST_MEANING} characters."),
        ],
        description="For example, notice of funding opportunity.",
    )
    others = TextAreaField("Other and former names", description="One per line.")
    is_word = BooleanField(
        "The short name is also an ordinary word",
        description="ARM in capitals then means this entry; arm in lowercase is just the word.",
    )

    def wording(self) -> Wording:
        """Return the entered names."""
        return Wording(
            self.name.data or "", self.meaning.data or "", self.others.data or "", is_word=bool(self.is_word.data)
        )


class SaveForm(FlaskForm):
    """Save the search with this address under a name."""

    name = StringField("Name")
    tells = BooleanField("Notify me about new resources")
    address = HiddenField()


class RenameForm(FlaskForm):
    """A new name for a saved search."""

    name = StringField("Name")
