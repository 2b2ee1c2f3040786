"""Making audit packets: one for each quarter, each chained to the one before."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import AuditPacket
from hub.sharing.queries import audit_packets as audit_packets_queries
from hub.sharing.queries import reports as reports_queries
from hub.sharing.reports import audit_packets as audit_packets_reports
from hub.sharing.reports.pdf import Setting
from hub.sharing.rules.audit_packets import manifest_of, packet_of
from hub.sharing.rules.reports import Period


def make_packet(db: Session, person: Person, organization: Organization, quarter: Quarter) -> AuditPacket:
    """Return the audit packet of a quarter as its log stands now; the one that is there when nothing has changed.

    Quarters before it that have no packet yet get one, so that the chain reaches back to the first. Raises NotFound
    when the person may not, Refused when the quarter has not begun or lies before the organization joined.
    """
    if not may(person, Permission.MAKE_PACKET, organization):
        raise NotFound
    first, this = Quarter.of(organization.joined_on), Quarter.of(clock.today(config_of(db).zone))
    if not first <= quarter <= this:
        raise Refused(f"There is no record of {quarter.label} to pack: choose a quarter from {first.label} on.")
    # One at a time for each organization: two that made the same packet would break the chain in two.
    db.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
    made = audit_packets_queries.last_packets(db, organization)
    previous: AuditPacket | None = None
    now = first
    while now < quarter:
        previous = made.get(str(now)) or _add(db, person, organization, now, previous, None)
        now = now.next
    return _add(db, person, organization, quarter, previous, made.get(str(quarter)))


def _add(
    db: Session,
    person: Person,
    organization: Organization,
    quarter: Quarter,
    previous: AuditPacket | None,
    before: AuditPacket | None,
) -> AuditPacket:
    """Return a new packet, or ``before`` when it says the same."""
    config = config_of(db)
    setting = Setting(config.HUB_NAME, config.zone, clock.now())
    report = reports_queries.report_of(db, organization, Period((quarter,)), quarter)
    tables = audit_packets_reports.tables_of(report, setting)
    if before and before.tables_digest == tables.digest and before.previous_id == (previous.id if previous else None):
        return before
    contents = audit_packets_reports.contents_of(report, tables, setting)
    facts = audit_packets_reports.facts_of(report, setting, person.name)
    manifest = manifest_of(facts, contents, previous.digest if previous else None, before.digest if before else None)
    content = packet_of(manifest, contents, audit_packets_queries.manifests_before(db, previous))
    packet = AuditPacket(
        organization_id=organization.id,
        quarter=str(quarter),
        made_at=setting.now,
        person_id=person.id,
        manifest=manifest,
        digest=digest_of(manifest),
        tables_digest=tables.digest,
        size=len(content),
        content=content,
        previous_id=previous.id if previous else None,
        replaces_id=before.id if before else None,
    )
    db.add(packet)
    note(db, person, "made the", packet, organization=organization.slug, digest=packet.digest)
    return packet
