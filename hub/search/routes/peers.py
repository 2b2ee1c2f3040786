"""Peers: who has done this, and regions like ours."""

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
    """Who has done what is asked (``?q=``), and who is like the person's organization (or ``?organization=``)."""
    person = signed_in()
    slug = request.args.get("organization", "") or person.organization.slug
    organization = members_queries.organization_for(db, person, slug, Permission.SEE_MEMBERS)
    text = clean(request.args.get("q", ""))[:LONGEST]
    takes_part = organization.kind is not OrganizationKind.HOST
    return render_template(
        "search/peers.html",
        text=text,
        doers=peers_queries.who_has_done(db, person, text) if text else [],
        organization=organization,
        own=organization.id == person.organization_id,
        peers=peers_queries.regions_like(db, person, organization) if takes_part else [],
        organizations=[one for one in members_queries.organizations(db) if one.kind is not OrganizationKind.HOST],
        takes_part=takes_part,
    )
