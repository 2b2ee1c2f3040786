"""An organization's sharing log: its quarters, one quarter's entries with filters, and both as CSV."""

from collections.abc import Sequence

from flask import Response, render_template, request

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.core.tables import CSV
from hub.core.web import db, page_number
from hub.members.login import after_leaving, signed_in
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries import organizations as organizations_queries
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.queries import titles as titles_queries
from hub.sharing.queries.people_reached import people_reached
from hub.sharing.reports.tables import entries_as_csv
from hub.sharing.routes.blueprint import bp, other_slug, quarter_from_url, requested_organization, this_quarter
from hub.sharing.rules.standing import Act, is_late, objection_to_confirming

QUARTERS_PER_PAGE = 12


@bp.get("/sharing")
@web.open_after_leaving
def record() -> str | Response:
    """Show the organization's quarters; ``?format=csv`` downloads every entry."""
    person = signed_in()
    organization = requested_organization(person)
    quarters = _quarters_of(organization)
    if request.args.get("format") == "csv":
        lines = _named(person, organization, entries_queries.events_of(db, organization, quarters))
        return _as_csv(lines, f"sharing-{organization.slug}.csv")
    page = page_number()
    shown = quarters[(page - 1) * QUARTERS_PER_PAGE :][:QUARTERS_PER_PAGE]
    return render_template(
        "sharing/record.html",
        organization=organization,
        other_slug=other_slug(person, organization),
        others=organizations_queries.names_to_choose(db, person) if may(person, Permission.SEE_BOARD) else [],
        yours=_your_quarter(person, organization),
        after_leaving=after_leaving(person),
        rows=quarters_queries.quarters_of(db, organization, shown),
        page=page,
        pages=web.page_count(len(quarters), QUARTERS_PER_PAGE),
        objection=_objection(organization, shown),
    )


def _quarters_of(organization: Organization) -> list[Quarter]:
    """Return every quarter since the organization joined, newest first; at least the current one."""
    first, last = Quarter.of(organization.membership.first_day), this_quarter()
    count = 4 * (last.year - first.year) + last.number - first.number + 1
    return last.back(max(count, 1))


def _your_quarter(person: Person, organization: Organization) -> quarters_queries.YourQuarter | None:
    """Return the current quarter with the person's next step; None for an organization that has none, or isn't theirs."""
    if organization.kind is OrganizationKind.HOST or not may(person, Permission.DECLARE, organization):
        return None
    return quarters_queries.your_quarter(db, person, this_quarter())


def _objection(organization: Organization, quarters: Sequence[Quarter]) -> dict[Quarter, str | None]:
    """Return for each of the quarters why it can't be confirmed, or None."""
    today, membership, begin = clock.today(web.config().zone), organization.membership, web.config().records_begin
    return {quarter: objection_to_confirming(quarter, today, membership, begin) for quarter in quarters}


@bp.get("/sharing/<quarter>")
@web.open_after_leaving
def quarter(quarter: str) -> str | Response:
    """Show a quarter's log and confirmations; ``?act=&resource=&person=&page=&format=csv``."""
    person, selected = signed_in(), quarter_from_url(quarter)
    organization = requested_organization(person)
    if selected > this_quarter():
        raise NotFound
    only = _filter()
    if request.args.get("format") == "csv":
        lines = _named(person, organization, entries_queries.events_of(db, organization, [selected], only))
        return _as_csv(lines, f"sharing-{organization.slug}-{selected}.csv")
    page, total = page_number(), entries_queries.count_events(db, organization, [selected], only)
    hidden = titles_queries.hidden_titles(db, person, organization)
    titles = entries_queries.titles_in(db, organization, selected)
    confirmations = entries_queries.confirmations_of(db, organization, selected)
    titles_queries.hide_titles((item for each in confirmations for item in each.items), hidden)
    return render_template(
        "sharing/quarter.html",
        organization=organization,
        other_slug=other_slug(person, organization),
        quarter=selected,
        row=quarters_queries.quarters_of(db, organization, [selected])[0],
        reached=people_reached(db, entries_queries.logged_by(organization, selected)),
        confirmations=confirmations,
        late=lambda confirmation: is_late(selected, confirmation.confirmed_at.astimezone(web.config().zone).date()),
        lines=_named(person, organization, entries_queries.events_of(db, organization, [selected], only, page)),
        total=total,
        page=page,
        pages=web.page_count(total, entries_queries.EVENTS_PER_PAGE),
        only=only,
        is_filtered=only != entries_queries.EventFilter(),
        titles=[(id_, hidden.get(id_, title)) for id_, title in titles],
        people=entries_queries.people_in(db, organization, selected),
        former_names=entries_queries.former_names(db, organization, selected),
        Act=Act,
        may_confirm=may(person, Permission.CONFIRM, organization)
        and not objection_to_confirming(
            selected, clock.today(web.config().zone), organization.membership, web.config().records_begin
        ),
        may_pack=selected >= Quarter.of(organization.membership.first_day),
        may_correct=may(person, Permission.DECLARE, organization),
    )


@bp.get("/sharing/confirmations/<int:confirmation_id>")
@web.open_after_leaving
def confirmation(confirmation_id: int) -> str:
    """Show a written confirmation with its fingerprint."""
    person = signed_in()
    confirmed = entries_queries.confirmation_for(db, person, confirmation_id)
    selected = Quarter.parse(confirmed.quarter)
    hidden = titles_queries.hidden_titles(db, person, confirmed.organization)
    titles_queries.hide_titles(confirmed.items, hidden)
    return render_template(
        "sharing/confirmation.html",
        confirmation=confirmed,
        other_slug=other_slug(person, confirmed.organization),
        quarter=selected,
        late=is_late(selected, confirmed.confirmed_at.astimezone(web.config().zone).date()),
        superseded_by=entries_queries.replacement_of(db, confirmed),
        digest=digest_of(confirmed.canonical),
    )


def _named(
    person: Person, organization: Organization, lines: Sequence[entries_queries.LogEntry]
) -> Sequence[entries_queries.LogEntry]:
    """Return the entries, of which those that ``person`` may not read have no title."""
    titles_queries.hide_titles((line.event for line in lines), titles_queries.hidden_titles(db, person, organization))
    return lines


def _filter() -> entries_queries.EventFilter:
    """Return the requested filter; invalid values are ignored."""
    act = request.args.get("act", "")
    return entries_queries.EventFilter(
        act=Act(act) if act in set(Act) else None,
        resource_id=_id_in("resource"),
        person_id=_id_in("person"),
    )


def _id_in(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number < 2**31 else None


def _as_csv(lines: Sequence[entries_queries.LogEntry], file_name: str) -> Response:
    return web.as_attachment(entries_as_csv(lines, web.config().zone), CSV, file_name)
