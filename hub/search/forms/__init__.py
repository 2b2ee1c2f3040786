"""The forms of search."""

from hub.search.forms.glossary import EntryForm

__all__ = ["EntryForm"]
