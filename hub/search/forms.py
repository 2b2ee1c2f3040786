"""The forms of search."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hub.search.actions import LONGEST_ENTRY_NAME, LONGEST_MEANING, Wording


class EntryForm(FlaskForm):
    """An entry as the coordinator words it."""

    name = StringField(
        "Acronym or short name",
        [
            InputRequired("Enter the acronym or short name."),
            Length(max=LONGEST_ENTRY_NAME, message=f"Up to {LONGEST_ENTRY_NAME} characters fit here."),
        ],
        description="As people write it, for example NOFO.",
    )
    meaning = StringField(
        "What it stands for",
        [
            InputRequired("Enter what it stands for."),
            Length(max=LONGEST_MEANING, message=f"Up to {LONGEST_MEANING} characters fit here."),
        ],
        description="For example notice of funding opportunity.",
    )
    others = TextAreaField(
        "Other and former names", description="One a line. A search for any of the names finds all of them."
    )
    is_word = BooleanField(
        "The short name is an ordinary word too",
        description="ARM, LIFT: typed in capitals it means this entry, in small letters the word.",
    )

    def wording(self) -> Wording:
        """Return what was entered."""
        return Wording(
            self.name.data or "", self.meaning.data or "", self.others.data or "", is_word=bool(self.is_word.data)
        )


class KeepForm(FlaskForm):
    """Keep the search with this address under a name."""

    name = StringField("Name")
    tells = BooleanField("Tell me when there is more")
    address = HiddenField()


class RenameForm(FlaskForm):
    """Another name."""

    name = StringField("Name")
