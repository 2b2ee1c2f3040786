"""Files of an audit packet: a quarter's log and confirmations, with their fingerprints."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.core.quarters import Quarter
from hub.core.tables import csv_of
from hub.sharing.queries.reports import Report
from hub.sharing.reports.pdf import Setting, report_as_pdf
from hub.sharing.reports.tables import CONFIRMATIONS, PACKET_ENTRIES, confirmation_cells, entry_cells
from hub.sharing.rules.audit_packets import CONFIRMATIONS as CONFIRMATIONS_FILE
from hub.sharing.rules.audit_packets import EVENTS, README, REPORT, PacketFacts, digest_of_tables, row_digest
from hub.sharing.rules.confirmations import moment

READ_ME = """\
AUDIT PACKET

{name}
{label}

Contents
  events.csv          every sharing log entry dated in the quarter, even corrected ones;
                      the last column is the SHA-256 of the cells before it
  confirmations.csv   every confirmation of the quarter; "digest" is the SHA-256 of "canonical"
  report.pdf          the same information as a readable report
  manifest.json       the SHA-256 of each file, and of the previous quarter's manifest
  chain/              the manifests of all earlier quarters, each named by the next

People reached
  {people}
  Each person known to the hub (the recipient of an email, someone who opened a link) is
  counted once. The numbers that reports of sharing give are added up apart, and the two
  are never added. In events.csv, "people" is the number of recipients of a forward, or the
  number that a report gives. Entries with the same "share" are one act of sharing, such as
  one email with several resources. Count their people once.

How to check this packet
Run
  hub verify-packet FILE
The command needs only this file: no account and no network. It finds any changed byte.
It can't tell if the whole packet, with its manifest, was replaced. To rule that out, compare
the manifest's SHA-256 with the one shown in the hub or named in the next quarter's packet.

Times are in the time zone {zone}. In the CSV files, text that a spreadsheet would run as a formula begins
with an apostrophe.
"""


@dataclass(frozen=True)
class Tables:
    """The two tables of a packet."""

    events: bytes
    confirmations: bytes

    @property
    def digest(self) -> str:
        """The digest of both tables; it is the same if the log is the same."""
        return digest_of_tables(self.events, self.confirmations)


def tables_of(report: Report, setting: Setting) -> Tables:
    """Return the quarter's log and confirmations as CSV files."""
    entries = ([*row, row_digest(row)] for row in entry_cells(report.lines, setting.zone, PACKET_ENTRIES))
    confirmations = zip(confirmation_cells(report.confirmations, setting.zone), report.confirmations, strict=True)
    return Tables(
        events=csv_of((*PACKET_ENTRIES, "digest"), entries),
        confirmations=csv_of(
            (*CONFIRMATIONS, "canonical"), ([*row, confirmation.canonical] for row, confirmation in confirmations)
        ),
    )


def contents_of(report: Report, tables: Tables, setting: Setting) -> Mapping[str, bytes]:
    """Return the files of a packet, except for the manifest."""
    read_me = READ_ME.format(
        name=report.organization.name,
        label=report.period.label,
        zone=setting.zone.key,
        people=report.reached.label.capitalize() or "No number is known",
    )
    return {
        EVENTS: tables.events,
        CONFIRMATIONS_FILE: tables.confirmations,
        REPORT: report_as_pdf(report, setting),
        README: read_me.encode(),
    }


def facts_of(report: Report, setting: Setting, made_by: str) -> PacketFacts:
    """Return the facts for the manifest."""
    [row] = report.rows
    organization, quarter = report.organization, row.quarter
    return PacketFacts(
        organization=organization.id,
        slug=organization.slug,
        name=organization.name,
        quarter=quarter,
        first_quarter=Quarter.of(organization.membership.first_day),
        due=row.due,
        standing=row.standing,
        entries=len(report.lines),
        confirmations=len(report.confirmations),
        hub_name=setting.hub_name,
        time_zone=setting.zone.key,
        made_at=moment(setting.now),
        made_by=made_by,
    )
