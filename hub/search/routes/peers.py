"""Peers: organizations with experience in something, and similar organizations."""

from flask import render_template, request

from hub.core.text import clean
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission
from hub.search.queries import peers as peers_queries
from hub.search.routes.blueprint import bp
from hub.search.rules.question import LONGEST


@bp.get("/peers")
def peers() -> str:
    """Show organizations whose resources match ``?q=``, and those similar to the person's (or ``?organization=``)."""
    person = signed_in()
    slug = request.args.get("organization", "") or person.organization.slug
    organization = members_queries.organization_for(db, person, slug, Permission.SEE_MEMBERS)
    text = clean(request.args.get("q", ""))[:LONGEST]
    takes_part = organization.kind is not OrganizationKind.HOST
    return render_template(
        "search/peers.html",
        text=text,
        experienced=peers_queries.experienced_in(db, person, text) if text else [],
        organization=organization,
        own=organization.id == person.organization_id,
        peers=peers_queries.similar_to(db, person, organization) if takes_part else [],
        organizations=[
            choice for choice in members_queries.organizations(db) if choice.kind is not OrganizationKind.HOST
        ],
        takes_part=takes_part,
    )
