"""The demo people's saved searches, recent searches, feeds, and last visits."""

from datetime import timedelta

from sqlalchemy.orm import Session

from hub.core import clock
from hub.members.models import Person
from hub.search import actions as search_actions
from hub.search.models import LastVisit

# Email, name of the saved search, its query string, whether it sends alerts, and how many days ago it was last viewed.
SAVED = (
    ("representative@demo.example", "Money for CMMC", "q=CMMC+grant", True, 300),
    ("representative@demo.example", "Apprenticeship, decks only", "q=apprenticeship&kind=presentation", True, 240),
    ("contributor@demo.example", "New in workforce", "topic=workforce&sort=newest", True, 200),
    ("contributor@demo.example", "Foundry sand", "q=%22printed+sand%22", False, 30),
    ("alternate@demo.example", "Harborline resources", "organization=harborline", True, 120),
    ("coordinator@demo.example", "Funding notices", "q=NOFO+OR+FOA&kind=briefing", True, 45),
    ("coordinator@demo.example", "Everything new", "sort=newest", True, 10),
    ("board@demo.example", "Supply chain", "topic=supply-chain", True, 180),
    ("bff@demo.example", "Supplier scouting", "q=supplier+scouting", True, 100),
)
# Recent searches, newest first.
RECENT = {
    "representative@demo.example": ("CMMC grant from the spring call", "tool and die", "apprenticeship", "P2 audit"),
    "contributor@demo.example": ("foreign trade zone", "A-1312/B", "machine monitoring", "printed sand molds"),
    "alternate@demo.example": ("energy assessments", "WIOA"),
    "coordinator@demo.example": ("call notes PFAS", "SWOT template", "loan fund"),
    "board@demo.example": ("second source",),
    "bff@demo.example": ("supplier scouting", "reshoring"),
}
FEEDS = (("contributor@demo.example", "q=workforce&kind=call-notes"), ("coordinator@demo.example", ""))
LAST_VISIT = timedelta(days=12)


def add(db: Session, people: dict[str, Person]) -> None:
    """Add saved and recent searches, feeds, and a visit some days ago, so that newer resources are marked as new."""
    now = clock.now()
    for email, name, query, tells, days in SAVED:
        saved = search_actions.save_search(db, people[email], name, query, tells=tells)
        saved.created_at = saved.looked_at = saved.looked_before_at = now - timedelta(days=days)
    for email, query in FEEDS:
        search_actions.create_feed(db, people[email], query)
    for email, texts in RECENT.items():
        for text in reversed(texts):
            search_actions.remember_search(db, people[email].id, text, now)
        db.add(LastVisit(person_id=people[email].id, at=now - LAST_VISIT, before_at=None))
