"""What search keeps in rows."""

from hub.search.models.glossary import GlossaryEntry
from hub.search.models.keeping import LastVisit, RecentSearch, SavedSearch, SearchFeed

__all__ = [
    "GlossaryEntry",
    "LastVisit",
    "RecentSearch",
    "SavedSearch",
    "SearchFeed",
]
