"""Contents of the page that confirms a quarter."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members.models import Organization
from hub.sharing.models import LoggedMail
from hub.sharing.queries.by_resource import ResourceLog, log_by_resource
from hub.sharing.queries.entries import logged_by
from hub.sharing.queries.people_reached import people_reached
from hub.sharing.queries.quarters import QuarterRow, quarters_of
from hub.sharing.rules.confirmations import LogFacts, gaps
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class ConfirmationDraft:
    """A quarter's log, to be reviewed before it is confirmed."""

    row: QuarterRow
    shared: Sequence[ResourceLog]  # declared or forwarded
    only_downloaded: Sequence[ResourceLog]
    reached: Reached
    missing: Sequence[str]  # sentences
    mails: Sequence[LoggedMail]  # emails to log addresses in which no resource was recognized


def confirmation_draft(db: Session, organization: Organization, quarter: Quarter) -> ConfirmationDraft:
    """Return the log of the organization's quarter, and what is missing from it."""
    logs = log_by_resource(db, organization, quarter)
    shared = [log for log in logs if log.is_shared]
    only_downloaded = [log for log in logs if not log.is_shared]
    row, before = quarters_of(db, organization, [quarter, quarter.previous])
    mails = _unmatched_mails(db, organization, quarter)
    facts = LogFacts(
        shared=len(shared),
        only_downloaded=len(only_downloaded),
        without_audience=sum(not log.with_whom for log in shared),
        without_people=sum(not (log.reached.people or log.reached.reported) for log in shared),
        unmatched_mails=len(mails),
        quarter=quarter,
        today=clock.today(config_of(db).zone),
        open_before=quarter.previous if _is_open(before) else None,
    )
    total = people_reached(db, logged_by(organization, quarter))
    return ConfirmationDraft(row, shared, only_downloaded, total, gaps(facts), mails)


def _is_open(row: QuarterRow) -> bool:
    return row.standing.is_due and row.standing is not Standing.CONFIRMED and row.confirmation is None


def _unmatched_mails(db: Session, organization: Organization, quarter: Quarter) -> Sequence[LoggedMail]:
    mails = db.scalars(
        select(LoggedMail)
        .where(
            LoggedMail.organization_id == organization.id,
            LoggedMail.outcome == Outcome.NOTHING_FOUND,
            LoggedMail.happened_on.between(quarter.first_day, quarter.last_day),
        )
        .order_by(LoggedMail.id)
    )
    return [mail for mail in mails if not mail.event_ids]
