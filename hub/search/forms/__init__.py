"""The forms of search."""

from hub.search.forms.glossary import EntryForm
from hub.search.forms.keeping import KeepForm, RenameForm

__all__ = [
    "EntryForm",
    "KeepForm",
    "RenameForm",
]
