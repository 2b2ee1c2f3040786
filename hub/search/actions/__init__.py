"""What changes search's rows."""

from hub.search.actions.glossary import Wording, add_entry, change_entry, remove_entry

__all__ = ["Wording", "add_entry", "change_entry", "remove_entry"]
