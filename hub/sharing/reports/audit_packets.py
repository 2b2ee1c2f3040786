"""Audit packets: a quarter's log and confirmations as files, with what proves that no one changed them."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.core.quarters import Quarter
from hub.core.tables import csv_of
from hub.sharing.queries.reports import Report
from hub.sharing.reports.pdf import Setting, report_as_pdf
from hub.sharing.reports.tables import CONFIRMATIONS, ENTRIES, confirmation_cells, entry_cells
from hub.sharing.rules.audit_packets import CONFIRMATIONS as CONFIRMATIONS_FILE
from hub.sharing.rules.audit_packets import EVENTS, README, REPORT, PacketFacts, digest_of_tables, row_digest
from hub.sharing.rules.confirmations import moment
from hub.sharing.rules.standing import is_due

READ_ME = """\
AUDIT PACKET

{name}
{label}

What is in it
  events.csv          every entry of the log whose day lies in the quarter, with what was superseded;
                      the last column is the SHA-256 of the cells before it
  confirmations.csv   every confirmation of the quarter; "canonical" is what was said, "digest" its SHA-256
  report.pdf          the same for people
  manifest.json       the SHA-256 of each file, and of the manifest of the quarter before
  chain/              the manifests of all quarters before, each named by the next

How to check it
  hub verify-packet FILE
needs nothing but this file: no account, no network. It tells every change of a single byte.
Someone who changes the files and makes a new manifest is found out by the manifest's own SHA-256:
it stands in the hub beside this packet, and in the packet of the next quarter.

Moments are in the time zone {zone}. In CSV files a text that a spreadsheet would run has an apostrophe before it.
"""


@dataclass(frozen=True)
class Tables:
    """The two tables of a packet, and the digest of both."""

    events: bytes
    confirmations: bytes

    @property
    def digest(self) -> str:
        """The same log has the same."""
        return digest_of_tables(self.events, self.confirmations)


def tables_of(report: Report, setting: Setting) -> Tables:
    """Return the quarter's log and confirmations."""
    entries = ([*row, row_digest(row)] for row in entry_cells(report.lines, setting.zone))
    said = zip(confirmation_cells(report.confirmations, setting.zone), report.confirmations, strict=True)
    return Tables(
        events=csv_of((*ENTRIES, "digest"), entries),
        confirmations=csv_of((*CONFIRMATIONS, "canonical"), ([*row, one.canonical] for row, one in said)),
    )


def contents_of(report: Report, tables: Tables, setting: Setting) -> Mapping[str, bytes]:
    """Return the files of a packet, but for the manifest."""
    read_me = READ_ME.format(name=report.organization.name, label=report.period.label, zone=setting.zone.key)
    return {
        EVENTS: tables.events,
        CONFIRMATIONS_FILE: tables.confirmations,
        REPORT: report_as_pdf(report, setting),
        README: read_me.encode(),
    }


def facts_of(report: Report, setting: Setting, made_by: str) -> PacketFacts:
    """Return what the manifest says of the quarter."""
    [row] = report.rows
    one, quarter = report.organization, row.quarter
    return PacketFacts(
        organization=one.id,
        slug=one.slug,
        name=one.name,
        quarter=quarter,
        first_quarter=Quarter.of(one.joined_on),
        due=is_due(one, quarter.first_day, quarter.last_day),
        standing=row.standing,
        entries=len(report.lines),
        confirmations=len(report.confirmations),
        hub_name=setting.hub_name,
        time_zone=setting.zone.key,
        made_at=moment(setting.now),
        made_by=made_by,
    )
