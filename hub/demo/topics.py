"""What the demo's coordinator says about two topics, and the resources that come first on their pages."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.library.models import Resource
from hub.members.models import Person
from hub.overview import actions as overview_actions
from hub.overview.queries import topics as topics_queries

_WORKFORCE = """Most of us train people together, because no small shop can do it alone. New to this? Read how Millstream
shares its **apprenticeships**, then copy the budget."""
_SUPPLY_CHAIN = """Who makes what, who needs it, and how a small supplier qualifies. Start with the tier map before you
scout, and with the CMMC guide before you quote to the Department of Defense."""
# Topic, its sentences, and the keys of the resources that come first.
EDITED = (
    ("workforce", _WORKFORCE, ("shared-apprenticeship", "sponsor-budget", "ojt-toolkit", "good-jobs-scorecard")),
    ("supply-chain", _SUPPLY_CHAIN, ("mapping-tiers", "alternate-source", "cmmc-plain-words")),
)


def add(db: Session, coordinator: Person, resources: Mapping[str, Resource]) -> None:
    """Edit the pages of two topics, as the coordinator does."""
    for topic, sentences, keys in EDITED:
        page = topics_queries.page_of(db, topic)
        overview_actions.edit_topic(
            db, coordinator, page, sentences.replace("\n", " "), [resources[key].id for key in keys]
        )
