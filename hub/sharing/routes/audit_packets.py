"""Audit packets: list, create and download."""

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirect

from hub.core import web
from hub.core.errors import NotFound, Refused
from hub.core.once import once
from hub.core.quarters import Quarter
from hub.core.web import db
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import audit_packets as audit_packets_actions
from hub.sharing.queries import audit_packets as audit_packets_queries
from hub.sharing.queries import titles as titles_queries
from hub.sharing.routes.blueprint import bp, other_slug, quarter_from_url, requested_organization, this_quarter

# A packet is fixed by its fingerprint, so no title can be removed from it.
HAS_HIDDEN_TITLES = (
    "Packets of this organization name resources that are for one organization only. Ask its representative or the "
    "coordinator for the packet."
)


@bp.get("/sharing/<quarter>/packet")
@web.open_after_leaving
def packets(quarter: str) -> str:
    """Show the audit packets of a quarter, current one first."""
    person, selected = signed_in(), quarter_from_url(quarter)
    organization = requested_organization(person)
    if not Quarter.of(organization.membership.first_day) <= selected <= this_quarter():
        raise NotFound
    return render_template(
        "sharing/audit_packets.html",
        organization=organization,
        other_slug=other_slug(person, organization),
        quarter=selected,
        running=selected == this_quarter(),
        packets=audit_packets_queries.packets_of(db, organization, selected),
        may_make=may(person, Permission.MAKE_PACKET, organization),
    )


@bp.post("/sharing/<quarter>/packet")
@once
def make_packet(quarter: str) -> Redirect:
    """Create the audit packet of the quarter from its current log."""
    person, selected = signed_in(), quarter_from_url(quarter)
    organization = requested_organization(person)
    before = {packet.id for packet in audit_packets_queries.packets_of(db, organization, selected)}
    made = audit_packets_actions.make_packet(db, person, organization, selected)
    flash(
        "Nothing has changed since the last packet, so it is still current."
        if made.id in before
        else f"The {selected.label} audit packet is ready."
    )
    return redirect(url_for(".packets", quarter=str(selected), organization=other_slug(person, organization)))


@bp.get("/sharing/packets/<int:packet_id>")
@web.open_after_leaving
def packet(packet_id: int) -> Response:
    """Download a packet as a ZIP file."""
    person = signed_in()
    audit_packet = audit_packets_queries.packet_for(db, person, packet_id)
    if titles_queries.hidden_titles(db, person, audit_packet.organization):
        raise Refused(HAS_HIDDEN_TITLES)
    name = f"audit-packet-{audit_packet.organization.slug}-{audit_packet.quarter}-{audit_packet.digest[:8]}.zip"
    return web.as_attachment(audit_packet.content, "application/zip", name)
