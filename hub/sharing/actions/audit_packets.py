"""Creating audit packets, each chained to the previous quarter's."""

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
from hub.sharing.rules.audit_packets import begins_with, has_standing, manifest_of, packet_of
from hub.sharing.rules.reports import Period


def make_packet(db: Session, person: Person, organization: Organization, quarter: Quarter) -> AuditPacket:
    """Create the audit packet of a quarter, or return the existing one if nothing has changed since.

    Earlier quarters without a packet get one too, so that the chain reaches back to the first; if the organization
    turns out to have joined in another quarter, the whole chain is created again. Raises NotFound if the
    person may not do this, Refused if the quarter hasn't started or is before the organization joined.
    """
    if not may(person, Permission.MAKE_PACKET, organization):
        raise NotFound
    first, current = Quarter.of(organization.membership.first_day), Quarter.of(clock.today(config_of(db).zone))
    if not first <= quarter <= current:
        raise Refused(
            f"There is no sharing log for {quarter.label}. Choose a quarter from {first.label} to {current.label}."
        )
    # Lock the organization: two packets of one quarter, created at the same time, would split the chain.
    db.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
    packets = audit_packets_queries.last_packets(db, organization)
    previous: AuditPacket | None = None
    earlier = first
    while earlier < quarter:
        existing = packets.get(str(earlier))
        if existing is None or not begins_with(existing.manifest, first):
            existing = _add(db, person, organization, earlier, previous, existing)
        previous = existing
        earlier = earlier.next
    return _add(db, person, organization, quarter, previous, packets.get(str(quarter)))


def _add(
    db: Session,
    person: Person,
    organization: Organization,
    quarter: Quarter,
    previous: AuditPacket | None,
    existing: AuditPacket | None,
) -> AuditPacket:
    """Add a packet that replaces ``existing``, or return ``existing`` if its contents would be the same."""
    config = config_of(db)
    setting = Setting(config.HUB_NAME, config.zone, clock.now())
    report = reports_queries.report_of(db, organization, Period((quarter,)), quarter)
    tables = audit_packets_reports.tables_of(report, setting)
    facts = audit_packets_reports.facts_of(report, setting, person.name)
    if (
        existing
        and existing.tables_digest == tables.digest
        and existing.previous_id == (previous.id if previous else None)
        and has_standing(existing.manifest, facts.standing)
        and begins_with(existing.manifest, facts.first_quarter)
    ):
        return existing
    contents = audit_packets_reports.contents_of(report, tables, setting)
    manifest = manifest_of(
        facts, contents, previous.digest if previous else None, existing.digest if existing else None
    )
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
        replaces_id=existing.id if existing else None,
    )
    db.add(packet)
    note(db, person, "created the", packet, organization=organization.slug, digest=packet.digest)
    return packet
