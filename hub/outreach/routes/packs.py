"""Packs as their senders see them: the proposal, the draft, the preview, sending, and what became of it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.core.web import Answer, db, page_number
from hub.library.rules import range_of
from hub.mail.letters import NOT_SHOWN, NOWHERE, Letter
from hub.members.login import signed_in
from hub.members.models import Person
from hub.outreach import forms as outreach_forms
from hub.outreach.actions import packs as packs_actions
from hub.outreach.letters import SentPack, html_for_a_channel, letter_of, text_for_a_channel
from hub.outreach.models import Pack, PackLink
from hub.outreach.queries import openings as openings_queries
from hub.outreach.queries import packs as packs_queries
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.routes.blueprint import bp
from hub.outreach.routes.stakeholders import keeper
from hub.outreach.rules.openings import Trace
from hub.outreach.rules.packs import PackState, audience_of
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.routes.blueprint import quarter_named, this_quarter
from hub.sharing.rules.standing import Channel

LONGEST_SEARCH = 300
# A message as a mail program shows it: nothing runs, nothing loads, and only the hub's own page frames it.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@bp.get("/sharing/packs")
def packs() -> str:
    """The organization's packs, newest first."""
    person, page = signed_in(), page_number()
    found, total = packs_queries.packs_of(db, person, page)
    return render_template(
        "outreach/packs.html",
        organization=person.organization,
        packs=found,
        quarter=this_quarter(),
        page=page,
        pages=web.page_count(total, packs_queries.PACKS_PER_PAGE),
    )


@bp.route("/sharing/packs/new", methods=["GET", "POST"])
def new_pack() -> Answer:
    """What the quarter (``?quarter=``) offers, to tick; what is checked becomes a draft."""
    person, form = signed_in(), outreach_forms.NewPackForm()
    quarter = quarter_named(request.args["quarter"]) if "quarter" in request.args else this_quarter()
    if quarter > this_quarter():
        raise NotFound
    refused = ""
    if form.validate_on_submit():
        try:
            pack = packs_actions.begin_pack(db, person, quarter, form.resources.data or [], form.parts.data or [])
        except Refused as error:
            db.rollback()
            refused = str(error)
        else:
            return redirect(url_for(".pack", pack_id=pack.id))
    page = render_template(
        "outreach/pack_new.html",
        quarter=quarter,
        form=form,
        refused=refused,
        proposal=packs_queries.proposal(db, person, quarter),
        first_time=request.method == "GET",
    )
    return page, (422 if refused or form.errors else 200)


@bp.route("/sharing/packs/<int:pack_id>", methods=["GET", "POST"])
def pack(pack_id: int) -> Answer:
    """A draft to work on; or what became of a pack that was sent."""
    person = signed_in()
    one = packs_queries.pack_for(db, person, pack_id)
    if one.state is not PackState.DRAFT:
        if request.method == "POST":
            raise Refused("This pack has been sent or scheduled, so it can’t be changed. Create a new one.")
        return _outcome_page(person, one)
    form = outreach_forms.PackForm()
    if request.method == "GET":
        form.show(one)
        return _draft_page(person, one, form)
    try:
        if form.validate_on_submit():
            return _work_on(person, one, form)
        refused = ""
    except Refused as error:
        refused = str(error)
    db.rollback()
    return _draft_page(person, packs_queries.pack_for(db, person, pack_id), form, refused), 422


def _work_on(person: Person, one: Pack, form: outreach_forms.PackForm) -> Answer:
    """Keep what was typed, then do what the pressed button says."""
    packs_actions.change_pack(
        db,
        person,
        one,
        title=form.title.data,
        words=form.words.data or "",
        groups=form.groups.data or [],
        everyone=form.everyone.data,
    )
    what, _, item = request.form.get("do", "save").partition("-")
    number = web.row_number(item)
    steps = {"up": -1, "down": 1}.get(what)
    packs_actions.order_items(one, form.places(), (number, steps) if steps else None)
    if what == "drop":
        packs_actions.drop_item(one, number)
    elif what == "add":
        packs_actions.add_item(db, person, one, number, range_of(form.part.data or ""))
        form.part.data = ""
    db.flush()
    if what == "preview":
        if objection := packs_actions.objection_to(db, one):  # what was typed is saved all the same
            return _draft_page(person, packs_queries.pack_for(db, person, one.id), form, objection)
        return redirect(url_for(".preview_pack", pack_id=one.id))
    if what in {"search", "add", "drop", "up", "down"}:
        return _draft_page(person, packs_queries.pack_for(db, person, one.id), form, at=what)
    flash("Draft saved.")
    return redirect(url_for(".pack", pack_id=one.id))


def _draft_page(person: Person, one: Pack, form: outreach_forms.PackForm, refused: str = "", at: str = "") -> str:
    words = clean(form.find.data or "")[:LONGEST_SEARCH]
    there = {item.resource_id for item in one.items if not item.first_page}
    return render_template(
        "outreach/pack_draft.html",
        pack=one,
        sent=packs_actions.sent_pack(db, one),
        titles=declarations_queries.known_titles(db, person, [item.resource for item in one.items]),
        form=form,
        refused=refused,
        groups=stakeholders_queries.groups_with_counts(db, person.organization),
        everyone=stakeholders_queries.count_reachable(db, person.organization),
        words=words,
        found=declarations_queries.found_by_title(db, person, words) if words else [],
        there=there,
        at=at,
    )


@dataclass(frozen=True)
class Previewed:
    """What one recipient will get."""

    name: str
    email: str
    letter: Letter


def _previewed(one: Pack, reach: packs_queries.Reach) -> tuple[Previewed, int]:
    """Return the message to the recipient who is asked for (``?recipient=``), or to the first; and which place they have."""
    place = min(max(request.args.get("recipient", 1, type=int), 1), max(len(reach.reachable), 1))
    sent = packs_actions.sent_pack(db, one)
    if not reach.reachable:
        return Previewed("", "", _letter(sent, one, 0, "")), 1
    to = reach.reachable[place - 1]
    return Previewed(to.name, to.email, _letter(sent, one, to.id, to.name)), place


def _letter(sent: SentPack, one: Pack, stakeholder_id: int, name: str) -> Letter:
    address = packs_actions.address_of(db, packs_actions.token_for(db, one.id, stakeholder_id))
    return letter_of(sent.through(address), name, web.config().HUB_NAME)


@bp.get("/sharing/packs/<int:pack_id>/preview")
def preview_pack(pack_id: int) -> str:
    """Exactly what each recipient gets, but for their link to stop it, and the button that sends it."""
    return _preview_page(packs_queries.pack_for(db, keeper(), pack_id), outreach_forms.SendForm(formdata=None))


def _preview_page(one: Pack, form: outreach_forms.SendForm, refused: str = "") -> str:
    if one.state is not PackState.DRAFT:
        raise NotFound
    reach = packs_queries.reach_of(db, one)
    previewed, place = _previewed(one, reach)
    return render_template(
        "outreach/pack_preview.html",
        pack=one,
        reach=reach,
        previewed=previewed,
        not_shown=NOT_SHOWN,
        place=place,
        audience=audience_of(one.groups, everyone=one.everyone),
        form=form,
        refused=refused,
        soonest=clock.now().astimezone(web.config().zone) + timedelta(minutes=5),
    )


@bp.get("/sharing/packs/<int:pack_id>/mail")
def preview_mail(pack_id: int) -> Response:
    """The message to one recipient as a mail program shows it, to be framed by the preview."""
    one = packs_queries.pack_for(db, keeper(), pack_id)
    previewed, _place = _previewed(one, packs_queries.reach_of(db, one))
    answer = make_response(previewed.letter.html(NOWHERE))
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


@bp.post("/sharing/packs/<int:pack_id>/send")
def send_pack(pack_id: int) -> Answer:
    """Let it go, now or at a moment that was chosen."""
    person, form = keeper(), outreach_forms.SendForm()
    one = packs_queries.pack_for(db, person, pack_id)
    refused = ""
    if form.validate_on_submit():
        try:
            packs_actions.send_pack(db, person, one, form.send_at(web.config().zone))
        except Refused as error:
            refused = str(error)
        else:
            return redirect(url_for(".pack", pack_id=pack_id))
    db.rollback()
    return _preview_page(packs_queries.pack_for(db, person, pack_id), form, refused), 422


@bp.post("/sharing/packs/<int:pack_id>/call-off")
def call_off_pack(pack_id: int) -> Answer:
    """Take it back, as far as it hasn't gone."""
    person = signed_in()
    one = packs_queries.pack_for(db, person, pack_id)
    packs_actions.call_off(db, person, one)
    is_draft = one.state is PackState.DRAFT
    flash("Canceled. The pack is a draft again." if is_draft else "Stopped. Emails already sent can’t be recalled.")
    return redirect(url_for(".pack", pack_id=pack_id))


@bp.post("/sharing/packs/<int:pack_id>/delete")
def delete_pack(pack_id: int) -> Answer:
    """Throw a draft away."""
    person = signed_in()
    packs_actions.throw_away(db, person, packs_queries.pack_for(db, person, pack_id))
    flash("Draft deleted.")
    return redirect(url_for(".packs"))


def _outcome_page(person: Person, one: Pack) -> str:
    page = page_number()
    outcome = openings_queries.outcome_of(db, one)
    pages = web.page_count(one.recipients, openings_queries.RECIPIENTS_PER_PAGE)
    return render_template(
        "outreach/pack.html",
        pack=one,
        sent=packs_actions.sent_pack(db, one),
        titles=declarations_queries.known_titles(db, person, [item.resource for item in one.items]),
        outcome=outcome,
        recipients=[] if one.reduced_at else openings_queries.recipients_of(db, one, page),
        channels=packs_queries.channels_of(db, one),
        questions=openings_queries.questions_of(db, one),
        audience=audience_of(one.groups, everyone=one.everyone),
        days=web.config().TRACE_DAYS,
        PackState=PackState,
        Trace=Trace,
        page=page,
        pages=0 if one.reduced_at else pages,
        now=clock.now(),
    )


@bp.route("/sharing/packs/<int:pack_id>/channel", methods=["GET", "POST"])
def pack_channel(pack_id: int) -> Answer:
    """The pack as text and HTML for a newsletter tool or one's own mail, with a link that is tracked (``?link=``)."""
    person, form = signed_in(), outreach_forms.ChannelForm()
    one = packs_queries.pack_for(db, person, pack_id)
    if form.validate_on_submit():
        link = packs_actions.channel_link(db, person, one, Channel(form.channel.data))
        db.flush()
        return redirect(url_for(".pack_channel", pack_id=pack_id, link=link.id))
    links = packs_queries.channels_of(db, one)
    chosen = next((link for link in links if link.id == request.args.get("link", type=int)), None)
    sent = _through(one, chosen)
    return render_template(
        "outreach/pack_channel.html",
        pack=one,
        form=form,
        links=links,
        chosen=chosen,
        labels=outreach_forms.CHANNEL_LABELS,
        visitors=openings_queries.visitors_of(db, one),
        text=text_for_a_channel(sent) if chosen else "",
        html=html_for_a_channel(sent) if chosen else "",
        address=sent.address,
    )


def _through(one: Pack, link: PackLink | None) -> SentPack:
    return packs_actions.sent_pack(db, one).through(packs_actions.address_of(db, link.token) if link else "")


@bp.post("/sharing/packs/add")
def add_to_pack() -> Answer:
    """Put a resource, or some pages of it, into the newest draft, or into a new one."""
    person = signed_in()
    resource_id, part = web.row_number(request.form.get("resource")), range_of(request.form.get("part", ""))
    drafts = packs_queries.drafts_of(db, person)
    one = drafts[0] if drafts else packs_actions.begin_pack(db, person, this_quarter(), [])
    packs_actions.add_item(db, person, one, resource_id, part)
    db.flush()
    flash("Added to the pack.")
    return redirect(url_for(".pack", pack_id=one.id))
