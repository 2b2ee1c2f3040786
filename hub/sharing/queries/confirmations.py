"""What the screen that closes a quarter shows: what is known, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members.models import Organization
from hub.sharing.models import LoggedMail
from hub.sharing.queries.entries import ResourceLog, log_by_resource
from hub.sharing.queries.quarters import QuarterRow, quarters_of
from hub.sharing.rules.confirmations import Known, gaps
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class Closing:
    """A quarter about to be confirmed."""

    row: QuarterRow
    shared: Sequence[ResourceLog]  # what was declared or forwarded
    taken: Sequence[ResourceLog]  # what was only taken out
    reached: Reached
    missing: Sequence[str]  # sentences
    mails: Sequence[LoggedMail]  # to log addresses, in which no resource was recognized


def closing_of(db: Session, organization: Organization, quarter: Quarter) -> Closing:
    """Return what is known of the organization's quarter, and what is missing."""
    logs = log_by_resource(db, organization, quarter)
    shared, taken = [log for log in logs if log.passed_on], [log for log in logs if not log.passed_on]
    row, before = quarters_of(db, organization, [quarter, quarter.previous])
    mails = _unnamed_mails(db, organization, quarter)
    known = Known(
        shared=len(shared),
        taken=len(taken),
        without_audience=sum(not log.with_whom for log in shared),
        without_people=sum(not log.reached.people for log in shared),
        unnamed_mails=len(mails),
        quarter=quarter,
        today=clock.today(config_of(db).zone),
        open_before=quarter.previous if _is_open(before) else None,
    )
    total = Reached(sum(log.reached.people for log in shared), sum(log.reached.unknown for log in shared))
    return Closing(row, shared, taken, total, gaps(known), mails)


def _is_open(row: QuarterRow) -> bool:
    return row.standing not in {Standing.NOT_DUE, Standing.CONFIRMED} and row.confirmation is None


def _unnamed_mails(db: Session, organization: Organization, quarter: Quarter) -> Sequence[LoggedMail]:
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
