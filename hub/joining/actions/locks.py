"""The lock on an application, for two people who act at the same time."""

from sqlalchemy.orm import Session

from hub.joining import queries as joining_queries
from hub.joining.models import Application


def lock(db: Session, application: Application) -> None:
    """Lock ``application`` until the end of the transaction, and reload it with its votes.

    Someone else may have changed it since it was loaded: decided, withdrawn, or voted. SQLite has one writer anyway.
    """
    db.flush()
    db.execute(joining_queries.select_locked(application.id)).unique().scalar_one()
