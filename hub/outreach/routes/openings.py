"""Pages of a pack for its recipients, who need no account; only pressing a button counts as an opening."""

from pathlib import Path

from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie

from hub.core import web
from hub.core.errors import NotFound, Refused
from hub.core.once import once
from hub.core.web import Answer, db, page_number
from hub.library import queries as library_queries
from hub.library.derive import excerpts
from hub.library.derive.previews import shelf, showing
from hub.library.models import Page, Revision
from hub.library.routes.reading import drawn
from hub.library.rules import Source
from hub.members.login import signed_in
from hub.outreach import forms as outreach_forms
from hub.outreach.actions import openings as openings_actions
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions.packs import revision_of
from hub.outreach.models import Pack, PackItem, PackLink
from hub.outreach.queries import links as links_queries
from hub.outreach.queries import openings as openings_queries
from hub.outreach.queries import packs as packs_queries
from hub.outreach.routes.blueprint import bp
from hub.outreach.routes.links import PAGES_SHOWN, unlisted, visit, visitor
from hub.outreach.rules.openings import OPINIONS, Trace
from hub.sharing.routes.downloads import excerpt_response, file_response

PACKS_REMEMBERED = 20  # in a visitor's cookie


@bp.get("/p/<token>")
@web.public
@web.writes
def open_pack(token: str) -> Answer:
    """Show a pack to a recipient. Fetches aren't counted as openings, because scanners follow every link."""
    link = packs_queries.link_of_pack(db, token)
    if not packs_actions.is_pack_open(link.pack, link):
        return _expired_page()
    _count_unless_known(link)
    return unlisted(_pack_page(link.pack, link))


def _pack_page(pack: Pack, link: PackLink | None) -> str:
    """Return the pack's page; without a link, the sender's preview of it."""
    items = packs_actions.usable_items(pack)
    shown = {item.id: revision_of(item) for item in items}
    return render_template(
        "outreach/pack_page.html",
        pack=pack,
        sent=packs_actions.sent_pack(db, pack),
        link=link,
        items=items,
        revisions=shown,
        pictures={item.id: _picture_size(item, shown[item.id]) for item in items},
        done=openings_queries.acts_of(db, link, openings_actions.visit_hash(visit())) if link else set(),
        days=web.config().TRACE_DAYS,
        Source=Source,
        Trace=Trace,
    )


@bp.get("/sharing/packs/<int:pack_id>/page")
def preview_pack_page(pack_id: int) -> str:
    """Show the sender a preview of the recipients' page."""
    return _pack_page(packs_queries.pack_for(db, signed_in(), pack_id), None)


def _picture_size(item: PackItem, revision: Revision) -> tuple[int, int] | None:
    """Return width and height of the item's first picture, to reserve its space; None if it has no picture."""
    number = item.first_page or 1
    shown = showing.shown(web.config(), revision, number)
    return shown.size if shown.has(number) or (shown.embedded and number == 1) else None


def _count_unless_known(link: PackLink) -> None:
    """Count a fetch, unless this browser has pressed a button before or the sender's own people use it."""
    if not _has_pressed_button(link) and openings_actions.counts(db, link, visitor()):
        openings_actions.count_fetch(db, link)


def _has_pressed_button(link: PackLink) -> bool:
    return link.id in cookie.get("packs", [])


def _expired_page() -> Response:
    """Return the page of a link that no longer works, without naming its resources."""
    return unlisted(render_template("outreach/link_expired.html"), 410)


@bp.get("/p/<token>/<int:item_id>")
@web.public
@web.writes
def open_item(token: str, item_id: int) -> Answer:
    """Show an item of a pack, and its content once the person pressed Open."""
    link = packs_queries.link_of_pack(db, token)
    if not packs_actions.is_pack_open(link.pack, link):
        return _expired_page()
    item = packs_actions.item_of(link.pack, item_id)
    _count_unless_known(link)
    return unlisted(_item_page(link, item))


def _item_page(link: PackLink, item: PackItem) -> str:
    revision, acted = revision_of(item), _has_pressed_button(link)
    done = openings_queries.acts_of(db, link, openings_actions.visit_hash(visit()))
    # The sender's own people see everything and are never counted.
    shown = acted and ((item.id, Trace.OPENED) in done or not openings_actions.counts(db, link, visitor()))
    first = item.first_page or (page_number() - 1) * PAGES_SHOWN + 1
    count = (item.last_page or first) - first + 1 if item.first_page else PAGES_SHOWN
    pages = links_queries.pages_in(db, revision, first, count) if shown else []
    return render_template(
        "outreach/pack_item.html",
        pack=link.pack,
        link=link,
        item=item,
        part=next((sent.part for sent in packs_actions.sent_pack(db, link.pack).items if sent.id == item.id), ""),
        revision=revision,
        shown=shown,
        pages=pages,
        pictured={page.number for page in pages if _has_picture(revision, page)},
        first_picture=_picture_size(item, revision),
        page=page_number(),
        page_count=1 if item.first_page else web.page_count(revision.page_count, PAGES_SHOWN),
        objection=excerpts.objection(web.config(), revision, item.first_page, item.last_page)
        if item.first_page
        else "",
        done=done,
        days=web.config().TRACE_DAYS,
        Source=Source,
        Trace=Trace,
    )


def _has_picture(revision: Revision, page: Page) -> bool:
    return page.kind.is_drawn and showing.shown(web.config(), revision, page.number).has(page.number)


@bp.get("/p/<token>/<int:item_id>/pages/<int:number>/image")
@web.public
def pack_image(token: str, item_id: int, number: int) -> Answer:
    """Send the picture of a page: the first one to everyone, the others once the item was opened."""
    link = packs_queries.link_of_pack(db, token)
    if not packs_actions.is_pack_open(link.pack, link):
        raise NotFound
    item = packs_actions.item_of(link.pack, item_id)
    return _picture(item, number, everything=_has_pressed_button(link))


@bp.get("/sharing/packs/<int:pack_id>/items/<int:item_id>/pages/<int:number>/image")
def preview_image(pack_id: int, item_id: int, number: int) -> Answer:
    """Send the sender the picture of an item's first page, for the preview."""
    pack = packs_queries.pack_for(db, signed_in(), pack_id)
    return _picture(packs_actions.item_of(pack, item_id), number, everything=False)


def _picture(item: PackItem, number: int, *, everything: bool) -> Answer:
    first = item.first_page or 1
    within = first <= number <= (item.last_page or number) if everything else number == first
    if not within:
        raise NotFound
    width = shelf.LARGE if request.args.get("width") == str(shelf.LARGE) else shelf.SMALL
    revision = revision_of(item)
    if not library_queries.is_public(item.resource, revision):
        web.store_nowhere()

    def draw() -> Path | None:
        return showing.picture(web.config(), revision, number, width)

    return drawn(draw, lambda _path: "private, max-age=3600")


@bp.post("/p/<token>/<int:item_id>/open")
@web.public
def show_item(token: str, item_id: int) -> Answer:
    """Count an opening and show the item's content from now on."""
    return _act(token, item_id, Trace.OPENED)


@bp.post("/p/<token>/<int:item_id>/say")
@web.public
@once
def say(token: str, item_id: int) -> Answer:
    """Record an opinion: useful, or not for me."""
    opinion = request.form.get("opinion", "")
    if opinion not in OPINIONS:
        raise NotFound
    return _act(token, item_id, Trace(opinion))


def _act(token: str, item_id: int, act: Trace) -> Answer:
    link = packs_queries.link_of_pack(db, token)
    if not packs_actions.is_pack_open(link.pack, link):
        return _expired_page()
    item = packs_actions.item_of(link.pack, item_id)
    openings_actions.record_trace(db, link, item, act, visitor())
    _remember(link)
    if act in OPINIONS:
        flash("Thank you. The sender can see your answer.")
        if request.form.get("back") == "pack":
            return redirect(url_for(".open_pack", token=token), 303)
    return redirect(url_for(".open_item", token=token, item_id=item_id), 303)


def _remember(link: PackLink) -> None:
    """Remember in the browser's cookie that someone pressed a button on the link's pages."""
    cookie["packs"] = [*(link_id for link_id in cookie.get("packs", []) if link_id != link.id), link.id][
        -PACKS_REMEMBERED:
    ]


@bp.post("/p/<token>/<int:item_id>/download")
@web.public
def take_item(token: str, item_id: int) -> Answer:
    """Send the file, or the chosen pages of it as a PDF that names the source on each page."""
    link = packs_queries.link_of_pack(db, token)
    if not packs_actions.is_pack_open(link.pack, link):
        return _expired_page()
    item = packs_actions.item_of(link.pack, item_id)
    revision = revision_of(item)
    if item.first_page:
        answer = excerpt_response(item.resource, revision, item.first_page, item.last_page or item.first_page)
    else:
        answer = file_response(item.resource, revision)
    openings_actions.record_trace(db, link, item, Trace.DOWNLOADED, visitor())
    _remember(link)
    return answer


@bp.route("/p/<token>/<int:item_id>/ask", methods=["GET", "POST"])
@web.public
@once
def ask(token: str, item_id: int) -> Answer:
    """Show the question form, and email the question to the person who sent the pack."""
    link = packs_queries.link_of_pack(db, token)
    if not packs_actions.is_pack_open(link.pack, link):
        return _expired_page()
    item = packs_actions.item_of(link.pack, item_id)
    form = outreach_forms.QuestionForm()
    if link.stakeholder is not None:
        del form.name, form.email
    if request.method != "POST":
        return unlisted(_ask_page(link, item, form))
    refused = ""
    if form.validate_on_submit():
        try:
            openings_actions.ask(db, link, item, visitor(), **form.entered())
        except Refused as error:
            refused = str(error)
        else:
            _remember(link)
            name = link.pack.person.name
            sent = web.has_mail_server()
            flash(
                f"Question sent. {name} can reply by email."
                if sent
                else f"Question saved. {name} can read it in the hub."
            )
            return redirect(url_for(".open_item", token=token, item_id=item_id), 303)
    db.rollback()
    link = packs_queries.link_of_pack(db, token)
    return unlisted(_ask_page(link, packs_actions.item_of(link.pack, item_id), form, refused), 422)


def _ask_page(link: PackLink, item: PackItem, form: outreach_forms.QuestionForm, refused: str = "") -> str:
    publisher = item.resource.created_by
    return render_template(
        "outreach/pack_question.html",
        pack=link.pack,
        link=link,
        item=item,
        form=form,
        refused=refused,
        publisher=item.resource.organization if publisher is not None and publisher.left_at is None else None,
    )
