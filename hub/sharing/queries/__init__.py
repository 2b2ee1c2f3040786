"""What the log of sharing gives to read. Permission is checked here, where rows are loaded."""

from hub.sharing.queries.board import standings
from hub.sharing.queries.conditions import stands
from hub.sharing.queries.links import (
    LINKS_PER_PAGE,
    LinkLine,
    link_by_token,
    link_for,
    links_of,
    own_link,
    page_through,
    pages_through,
    revision_of,
)
from hub.sharing.queries.log import (
    EVENTS_PER_PAGE,
    EventFilter,
    LoggedLine,
    ResourceLog,
    confirmation_for,
    confirmations_of,
    count_events,
    event_for,
    events_of,
    log_by_resource,
    people_in,
    resources_in,
    superseder_of,
)
from hub.sharing.queries.naming import found_by_title, nameable, offered_to
from hub.sharing.queries.packets import last_packets, manifests_before, packet_for, packets_of
from hub.sharing.queries.quarters import QuarterRow, YourQuarter, quarters_of, sharing_of, your_quarter
from hub.sharing.queries.reports import Report, ResourceLine, alliance_in, report_of

__all__ = [
    "EVENTS_PER_PAGE",
    "LINKS_PER_PAGE",
    "EventFilter",
    "LinkLine",
    "LoggedLine",
    "QuarterRow",
    "Report",
    "ResourceLine",
    "ResourceLog",
    "YourQuarter",
    "alliance_in",
    "confirmation_for",
    "confirmations_of",
    "count_events",
    "event_for",
    "events_of",
    "found_by_title",
    "last_packets",
    "link_by_token",
    "link_for",
    "links_of",
    "log_by_resource",
    "manifests_before",
    "nameable",
    "offered_to",
    "own_link",
    "packet_for",
    "packets_of",
    "page_through",
    "pages_through",
    "people_in",
    "quarters_of",
    "report_of",
    "resources_in",
    "revision_of",
    "sharing_of",
    "standings",
    "stands",
    "superseder_of",
    "your_quarter",
]
