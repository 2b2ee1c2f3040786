"""What changes search's rows."""

from hub.search.actions.glossary import Wording, add_entry, change_entry, remove_entry
from hub.search.actions.keeping import (
    address_of,
    clear_recent,
    forget,
    look_at,
    make_feed,
    note_visit,
    remember,
    rename,
    revoke_feed,
    save,
    tell,
)

__all__ = [
    "Wording",
    "add_entry",
    "address_of",
    "change_entry",
    "clear_recent",
    "forget",
    "look_at",
    "make_feed",
    "note_visit",
    "remember",
    "remove_entry",
    "rename",
    "revoke_feed",
    "save",
    "tell",
]
