"""Pages for share links: create, send, open, revoke."""

import secrets

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask import session as cookie

from hub.core import clock, web
from hub.core.errors import NotFound, Refused
from hub.core.once import once
from hub.core.web import Answer, db, page_number
from hub.library import queries as library_queries
from hub.library.derive import excerpts
from hub.library.derive.previews import showing
from hub.library.models import Resource
from hub.library.routes.reading import as_picture
from hub.library.rules import Source
from hub.members.login import organizations_of_browser, signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission
from hub.outreach import forms as outreach_forms
from hub.outreach.actions import links as links_actions
from hub.outreach.letters import ReadyText, ready_text
from hub.outreach.models import ShareLink
from hub.outreach.queries import links as links_queries
from hub.outreach.routes.blueprint import bp
from hub.outreach.rules.links import may_revoke, state_of
from hub.outreach.rules.openings import Visitor
from hub.sharing import forms as sharing_forms
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.routes.blueprint import requested_organization
from hub.sharing.routes.declarations import quarter_of
from hub.sharing.routes.downloads import file_response

PAGES_SHOWN = 25  # of a long document at a time
LINKS_REMEMBERED = 20  # in a visitor's cookie


@bp.route("/resources/<int:resource_id>/forward", methods=["GET", "POST"])
@once
def forward(resource_id: int) -> Answer:
    """Create a link to a resource or a page of it (``?page=``), or show one with its text to send (``?link=``)."""
    person = signed_in()
    resource = library_queries.get_for(db, person, resource_id, Permission.READ)
    form = outreach_forms.LinkForm(web.config().SHARE_LINK_DAYS)
    if request.method != "POST":
        form.page.data = request.args.get("page", type=int)
        return _forward_page(person, resource, form)
    if not form.validate_on_submit():
        return _forward_page(person, resource, form), 422
    if library_queries.objection_to_forwarding(person, resource):
        return _forward_page(person, resource, form), 422
    page = links_queries.find_page(db, resource.current, form.page.data)
    if form.page.data and page is None:
        form.page.errors = [
            f"Page {form.page.data} wasn’t found. Check the number, or try again once the file is processed."
        ]
        return _forward_page(person, resource, form), 422
    link = links_actions.make_link(db, person, resource, page, form.days.data)
    db.flush()
    return redirect(url_for(".forward", resource_id=resource_id, link=link.id))


def _forward_page(
    person: Person,
    resource: Resource,
    form: outreach_forms.LinkForm,
    sent: sharing_forms.DeclarationForm | None = None,
    refused: str = "",
) -> str:
    """Return the Forward page; with ``?link=``, or when reporting was refused, with that link ready to send."""
    lines, _total = links_queries.links_of(db, person.organization, resource=resource)
    chosen = request.args.get("link", (request.view_args or {}).get("link_id"), type=int)
    link = next((line.link for line in lines if line.link.id == chosen), None)
    if link is not None and sent is None and not links_actions.is_usable(link):
        link = None
    if sent is None:
        sent = sharing_forms.DeclarationForm(formdata=None)
        sent.begin(clock.today(web.config().zone))
    return render_template(
        "outreach/forward.html",
        resource=resource,
        objection=library_queries.objection_to_forwarding(person, resource),
        form=form,
        link=link,
        address=_address(link) if link else "",
        ready=_ready(resource, link) if link and links_actions.is_usable(link) else None,
        part=_part_of(resource, link) if link else "",
        sent=sent,
        answer=declarations_queries.answers_of(db, [resource], quarter_of(sent)),
        refused=refused,
        lines=lines,
        state_of=_state_of,
        cut_objection=excerpts.objection(web.config(), resource.current, 1, 1) if _has_pages(resource) else None,
    )


def _has_pages(resource: Resource) -> bool:
    """Return True if the resource is a file with several pages."""
    return resource.current.source is Source.FILE and resource.current.page_count > 1


def _address(link: ShareLink) -> str:
    return web.config().BASE_URL + url_for(".landing", token=link.token)


def _ready(resource: Resource, link: ShareLink) -> ReadyText:
    return ready_text(
        resource.title,
        resource.summary,
        _address(link),
        resource.organization.name,
        web.config().HUB_NAME,
        _part_of(resource, link),
    )


def _part_of(resource: Resource, link: ShareLink) -> str:
    """Return the part that the link opens, such as ``slide 7``; empty for the whole resource."""
    revision = next(
        revision
        for revision in resource.revisions
        if revision.number == (link.revision_number or resource.revision_number)
    )
    page = links_queries.find_page(db, revision, link.page_number)
    return page.place.lower() if page else ""


def _state_of(link: ShareLink) -> str:
    return state_of(links_queries.offer_of(link), clock.now()).label


@bp.post("/sharing/links/<int:link_id>/sent")
def sent(link_id: int) -> Answer:
    """Report that the link was sent."""
    person = signed_in()
    link = links_queries.own_link(db, person, link_id)
    form = sharing_forms.DeclarationForm()
    refused = ""
    if form.validate_on_submit():
        try:
            declarations_actions.declare(
                db, person, [link.resource_id], form.declaration(), form.form_id.data or "", link.id, link.page_number
            )
        except Refused as error:
            refused = str(error)
        else:
            flash("Sharing reported. Thank you.")
            return redirect(url_for(".forward", resource_id=link.resource_id, link=link.id))
    db.rollback()
    resource = library_queries.get_for(db, person, link.resource_id, Permission.READ)
    link_form = outreach_forms.LinkForm(web.config().SHARE_LINK_DAYS, formdata=None)
    return _forward_page(person, resource, link_form, form, refused), 422


@bp.get("/sharing/links")
def links() -> str:
    """Show the organization's share links, newest first."""
    person = signed_in()
    organization = requested_organization(person)
    page = page_number()
    lines, total = links_queries.links_of(db, organization, page)
    return render_template(
        "outreach/links.html",
        organization=organization,
        lines=lines,
        titles=declarations_queries.visible_titles(db, person, [line.link.resource for line in lines]),
        page=page,
        pages=web.page_count(total, links_queries.LINKS_PER_PAGE),
        state_of=_state_of,
        address_of=_address,
        may_revoke=lambda link: may_revoke(person, link),
    )


@bp.post("/sharing/links/<int:link_id>/revoke")
def revoke(link_id: int) -> Answer:
    """Revoke a link."""
    person = signed_in()
    link = links_queries.link_for(db, person, link_id)
    links_actions.revoke(db, person, link)
    flash("Link revoked. It no longer works.")
    slug = link.organization.slug if link.organization_id != person.organization_id else None
    return redirect(url_for(".links", organization=slug))


@bp.get("/s/<token>")
@web.public
def landing(token: str) -> Answer:
    """Show a shared resource; its content only after the visitor pressed View, because scanners fetch every link."""
    link = links_queries.link_by_token(db, token)
    if not links_actions.is_usable(link):
        return _expired_page()
    revision = links_queries.revision_of(link)
    shown = _was_shown(link)
    first = (page_number() - 1) * PAGES_SHOWN + 1
    page = render_template(
        "outreach/share_link.html",
        link=link,
        resource=link.resource,
        revision=revision,
        part=links_queries.find_page(db, revision, link.page_number),
        shown=shown,
        pages=links_queries.pages_of_link(db, link, first, PAGES_SHOWN) if shown else [],
        pictures=showing.shown(web.config(), revision, link.page_number or first) if shown else None,
        text=showing.set_text(web.config(), revision) if shown and link.page_number is None else None,
        shows_text=True,
        page=page_number(),
        page_count=web.page_count(revision.page_count, PAGES_SHOWN),
        Source=Source,
    )
    return unlisted(page)


def _was_shown(link: ShareLink) -> bool:
    """Return True if this visitor pressed the View button."""
    return link.id in cookie.get("shown", [])


@bp.get("/s/<token>/pages/<int:number>/image")
@web.public
def shared_picture(token: str, number: int) -> Answer:
    """Send the picture of a page that the link opens (``?width=320|1200``), once the visitor pressed View."""
    link = links_queries.link_by_token(db, token)
    if not links_actions.is_usable(link) or not _was_shown(link) or link.page_number not in {None, number}:
        raise NotFound
    web.store_nowhere()
    return as_picture(links_queries.revision_of(link), number, lasting=False)


def _expired_page() -> Response:
    """Return the page of a link that no longer works, without naming its resource."""
    return unlisted(render_template("outreach/link_expired.html"), 410)


def unlisted(page: str, status: int = 200) -> Response:
    """Return a response that search engines don't index and that is stored nowhere: its address is a secret."""
    web.store_nowhere()
    answer = make_response(page, status)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@bp.post("/s/<token>/show")
@web.public
def show(token: str) -> Answer:
    """Log a forward after the visitor pressed View, and show them the content from now on."""
    link = links_queries.link_by_token(db, token)
    if not links_actions.is_usable(link):
        return _expired_page()
    links_actions.open_link(db, link, visitor())
    cookie["shown"] = [*(link_id for link_id in cookie.get("shown", []) if link_id != link.id), link.id][
        -LINKS_REMEMBERED:
    ]
    return redirect(url_for(".landing", token=token), 303)


@bp.post("/s/<token>/download")
@web.public
def download_shared(token: str) -> Answer:
    """Send the file and log a forward; a link to one page doesn't give the file."""
    link = links_queries.link_by_token(db, token)
    if not links_actions.is_usable(link):
        return _expired_page()
    if link.page_number is not None:
        raise NotFound
    answer = file_response(link.resource, links_queries.revision_of(link))
    links_actions.open_link(db, link, visitor())
    return answer


def visitor() -> Visitor:
    """Return who opens the page: their browser, address, and the organizations whose people use that browser."""
    return Visitor(visit(), request.remote_addr or "", organizations_of_browser())


def visit() -> str:
    """Return this browser's random visit id, creating it if there is none."""
    if "visit" not in cookie:
        cookie["visit"] = secrets.token_urlsafe(16)
    return str(cookie["visit"])
