"""Pages of packs for their senders: proposal, draft, preview, sending, results."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from hub.core import clock, versions, web
from hub.core.errors import NotFound, Refused
from hub.core.once import once
from hub.core.text import clean
from hub.core.versions import Edit, Part
from hub.core.web import Answer, db, page_number
from hub.library import queries as library_queries
from hub.library.rules import range_of
from hub.mail.letters import NOT_SHOWN, NOWHERE, Letter
from hub.members.login import signed_in
from hub.members.models import Person
from hub.outreach import forms as outreach_forms
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import testing as testing_actions
from hub.outreach.letters import SentPack, channel_html, channel_text, letter_of
from hub.outreach.models import Pack, PackLink
from hub.outreach.queries import openings as openings_queries
from hub.outreach.queries import packs as packs_queries
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.routes.blueprint import bp
from hub.outreach.routes.stakeholders import stakeholder_manager
from hub.outreach.rules.openings import Trace
from hub.outreach.rules.packs import PackState
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.routes.blueprint import quarter_from_url, this_quarter
from hub.sharing.rules.standing import Channel

LONGEST_SEARCH = 300
# For the email preview: nothing runs, nothing loads, and only the hub's own pages can frame it.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@bp.get("/sharing/packs")
def packs() -> str:
    """Show the organization's packs, newest first."""
    person, page = signed_in(), page_number()
    shown, total = packs_queries.packs_of(db, person, page)
    return render_template(
        "outreach/packs.html",
        organization=person.organization,
        packs=shown,
        quarter=this_quarter(),
        page=page,
        pages=web.page_count(total, packs_queries.PACKS_PER_PAGE),
    )


@bp.route("/sharing/packs/new", methods=["GET", "POST"])
@once
def new_pack() -> Answer:
    """Propose resources for a pack of the quarter (``?quarter=``), and create a draft of the checked ones."""
    person, form = signed_in(), outreach_forms.NewPackForm()
    quarter = quarter_from_url(request.args["quarter"]) if "quarter" in request.args else this_quarter()
    if quarter > this_quarter():
        raise NotFound
    refused = ""
    if form.validate_on_submit():
        try:
            pack = packs_actions.create_pack(db, person, quarter, form.resources.data or [], form.parts.data or [])
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
        first_time=request.method != "POST",
    )
    return page, (422 if refused or form.errors else 200)


@bp.route("/sharing/packs/<int:pack_id>", methods=["GET", "POST"])
def pack(pack_id: int) -> Answer:
    """Show and edit a draft, or show the results of a pack that was sent."""
    person = signed_in()
    versions.hold(Pack, id=pack_id)
    pack = packs_queries.pack_for(db, person, pack_id)
    form = _form(person, pack)
    if pack.state is not PackState.DRAFT:
        if form.edit and request.method == "POST":
            form.edit.give_up("This pack has been sent or scheduled, so it can’t be changed. Create a new one.")
        return _outcome_page(person, pack)
    if request.method != "POST":
        return _draft_page(person, pack, form)
    try:
        if form.validate_on_submit():
            return _save_and_act(person, pack, form)
        refused = ""
    except Refused as error:
        refused = str(error)
    db.rollback()
    return _draft_page(person, packs_queries.pack_for(db, person, pack_id), form, refused), 422


def _form(person: Person, pack: Pack, **named: Any) -> outreach_forms.PackForm:
    """Return the form of a draft, with the names of the people who are or were chosen."""
    chosen = packs_queries.chosen_ids(db, pack)
    if request.method in web.SAFE_METHODS:
        return outreach_forms.pack_form(pack, chosen, {}, **named)
    typed = [web.row_number(text) for text in request.form.getlist("people")]
    titles = declarations_queries.visible_titles(db, person, [item.resource for item in pack.items])
    form = outreach_forms.pack_form(pack, chosen, titles, **named)
    form.people.choices = [
        SelectChoice(stakeholder.id, stakeholder.name or stakeholder.email)
        for stakeholder in stakeholders_queries.stakeholders_by_id(db, person, [*chosen, *typed])
    ]
    return form


def _saved_form(person: Person, form: outreach_forms.PackForm, pack: Pack) -> outreach_forms.PackForm:
    """Return the form as it is after it was saved, with the same search words."""
    fresh = _form(person, pack, formdata=None)
    for name in form.NOTES:
        fresh[name].data = form[name].data
    return fresh


def _save_and_act(person: Person, pack: Pack, form: outreach_forms.PackForm) -> Answer:
    """Save the form, then perform the action of the pressed button."""
    if form.edit and not form.edit.is_unchanged:
        packs_actions.log_edit(db, person, pack)
    packs_actions.change_pack(
        db,
        person,
        pack,
        title=form.title.data,
        pack_note=form.words.data or "",
        groups=form.groups.data or [],
        everyone=form.everyone.data,
        people=form.people.data or [],
    )
    action, _, item = request.form.get("do", "save").partition("-")
    number = web.row_number(item)
    steps = {"up": -1, "down": 1}.get(action)
    packs_actions.order_items(pack, form.positions(), (number, steps) if steps else None)
    if action == "drop":
        packs_actions.drop_item(pack, number)
    elif action == "add":
        packs_actions.add_item(db, person, pack, number, range_of(form.part.data or ""))
        form.part.data = ""
    db.flush()
    pack = packs_queries.pack_for(db, person, pack.id)
    form = _saved_form(person, form, pack)
    if action == "preview":
        if objection := packs_actions.objection_to(db, pack):  # the draft is saved in any case
            return _draft_page(person, pack, form, objection)
        return redirect(url_for(".preview_pack", pack_id=pack.id))
    if action == "test":
        testing_actions.send_test(db, person, pack)
        web.flash_mail(f"Draft saved. A test is on its way to {person.email}.", "the draft and the test")
        return redirect(url_for(".pack", pack_id=pack.id))
    if action in {"search", "people", "add", "drop", "up", "down"}:
        return _draft_page(person, pack, form, at=action)
    flash("Draft saved.")
    return redirect(url_for(".pack", pack_id=pack.id))


def _draft_page(person: Person, pack: Pack, form: outreach_forms.PackForm, refused: str = "", at: str = "") -> str:
    words = clean(form.find.data or "")[:LONGEST_SEARCH]
    chosen, listed = packs_queries.people_to_choose(db, person, form.people.data or [], form.who.data or "")
    matches = declarations_queries.search_by_title(db, person, words) if words else []
    return render_template(
        "outreach/pack_draft.html",
        pack=pack,
        sent=packs_actions.sent_pack(db, pack),
        titles=declarations_queries.visible_titles(db, person, [item.resource for item in pack.items]),
        form=form,
        places=form.positions() if form.conflict else {},
        refused=refused,
        groups=stakeholders_queries.groups_with_counts(db, person.organization),
        everyone=stakeholders_queries.count_reachable(db, person.organization),
        chosen=chosen,
        listed=listed,
        words=words,
        found=matches,
        objections={resource.id: library_queries.objection_to_forwarding(person, resource) for resource in matches},
        hidden={item.id: packs_actions.objection_to_item(item) for item in pack.items},
        at=at,
    )


@dataclass(frozen=True)
class EmailPreview:
    """The email that a recipient will get."""

    name: str
    email: str
    letter: Letter


def _email_preview(pack: Pack, reach: packs_queries.Reach) -> tuple[EmailPreview, int]:
    """Return the email to the requested recipient (``?recipient=``), or the first one, and their position."""
    place = min(max(request.args.get("recipient", 1, type=int), 1), max(len(reach.reachable), 1))
    sent = packs_actions.sent_pack(db, pack)
    if not reach.reachable:
        return EmailPreview("", "", _letter(sent, pack, 0, "")), 1
    to = reach.reachable[place - 1]
    return EmailPreview(to.name, to.email, _letter(sent, pack, to.id, to.name)), place


def _letter(sent: SentPack, pack: Pack, stakeholder_id: int, name: str) -> Letter:
    address = packs_actions.address_of(db, packs_actions.token_for(db, pack.id, stakeholder_id))
    return letter_of(sent.with_address(address), name, web.config().HUB_NAME)


@bp.get("/sharing/packs/<int:pack_id>/preview")
def preview_pack(pack_id: int) -> str:
    """Preview the email that each recipient gets, without the unsubscribe link, and offer to send it."""
    return _preview_page(
        packs_queries.pack_for(db, stakeholder_manager(), pack_id), outreach_forms.SendForm(formdata=None)
    )


def _preview_page(pack: Pack, form: outreach_forms.SendForm, refused: str = "") -> str:
    if pack.state is not PackState.DRAFT:
        raise NotFound
    reach = packs_queries.reach_of(db, pack)
    preview, place = _email_preview(pack, reach)
    return render_template(
        "outreach/pack_preview.html",
        pack=pack,
        reach=reach,
        preview=preview,
        not_shown=NOT_SHOWN,
        place=place,
        audience=packs_queries.audience(pack),
        form=form,
        edit=_preview_edit(pack, submitted=False),
        lack=packs_actions.lack_of_address(db, signed_in(), pack),
        refused=refused,
        soonest=clock.now().astimezone(web.config().zone) + timedelta(minutes=5),
    )


@bp.post("/sharing/packs/<int:pack_id>/test")
@once
def send_pack_test(pack_id: int) -> Answer:
    """Email the person a test of a draft."""
    person = stakeholder_manager()
    testing_actions.send_test(db, person, packs_queries.pack_for(db, person, pack_id))
    web.flash_mail(f"A test is on its way to {person.email}.", "the test")
    return redirect(url_for(".preview_pack", pack_id=pack_id))


def _preview_edit(pack: Pack, *, submitted: bool) -> Edit:
    """Return the version of what the preview shows, which is what is sent."""
    shown = {
        "Subject": pack.title,
        "Note": pack.note,
        "Recipients": f"{packs_queries.audience(pack)} {sorted(packs_queries.chosen_ids(db, pack))}",
        "Resources": " ".join(f"{item.resource_id}/{item.first_page}-{item.last_page}" for item in pack.items),
    }
    parts = [Part.of_texts(label, text, text) for label, text in shown.items()]
    return Edit(pack, pack.title, parts, submitted=submitted)


@bp.get("/sharing/packs/<int:pack_id>/mail")
def preview_mail(pack_id: int) -> Response:
    """Send a recipient's email as HTML, for the frame in the preview."""
    pack = packs_queries.pack_for(db, stakeholder_manager(), pack_id)
    preview, _place = _email_preview(pack, packs_queries.reach_of(db, pack))
    answer = make_response(preview.letter.html(NOWHERE))
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


@bp.post("/sharing/packs/<int:pack_id>/send")
@once
def send_pack(pack_id: int) -> Answer:
    """Send a pack now, or schedule it."""
    person, form = stakeholder_manager(), outreach_forms.SendForm()
    versions.hold(Pack, id=pack_id)
    pack = packs_queries.pack_for(db, person, pack_id)
    refused = ""
    can_go = pack.state is PackState.DRAFT and not packs_actions.objection_to(db, pack)
    if can_go and not _preview_edit(pack, submitted=True).is_current():
        refused = "This pack has changed since you previewed it. Check it again, then send it."
    elif form.validate_on_submit():
        try:
            address = form.postal_address.data or ""
            packs_actions.send_pack(db, person, pack, form.send_at(web.config().zone), postal_address=address)
        except Refused as error:
            refused = str(error)
        else:
            return redirect(url_for(".pack", pack_id=pack_id))
    db.rollback()
    return _preview_page(packs_queries.pack_for(db, person, pack_id), form, refused), 422


@bp.post("/sharing/packs/<int:pack_id>/call-off")
def cancel_pack(pack_id: int) -> Answer:
    """Cancel a scheduled pack, or stop sending the rest of it."""
    person = signed_in()
    pack = packs_queries.pack_for(db, person, pack_id)
    packs_actions.cancel_sending(db, person, pack)
    is_draft = pack.state is PackState.DRAFT
    flash("Canceled. The pack is a draft again." if is_draft else "Stopped. Emails already sent can’t be recalled.")
    return redirect(url_for(".pack", pack_id=pack_id))


@bp.post("/sharing/packs/<int:pack_id>/delete")
def delete_pack(pack_id: int) -> Answer:
    """Delete a draft."""
    person = signed_in()
    versions.hold(Pack, id=pack_id)
    pack = packs_queries.pack_for(db, person, pack_id)
    form = _form(person, pack, formdata=None)
    if pack.state is PackState.DRAFT and not pack.published_at and not form.is_current():
        return _draft_page(person, pack, form, "This draft has changed since you opened it. Check it, then delete it.")
    packs_actions.delete_pack(db, person, pack)
    flash("Draft deleted.")
    return redirect(url_for(".packs"))


def _outcome_page(person: Person, pack: Pack) -> str:
    page = page_number()
    outcome = openings_queries.outcome_of(db, pack)
    pages = web.page_count(pack.recipients, openings_queries.RECIPIENTS_PER_PAGE)
    return render_template(
        "outreach/pack.html",
        pack=pack,
        sent=packs_actions.sent_pack(db, pack),
        titles=declarations_queries.visible_titles(db, person, [item.resource for item in pack.items]),
        outcome=outcome,
        recipients=[] if pack.reduced_at else openings_queries.recipients_of(db, pack, page),
        channels=packs_queries.channels_of(db, pack),
        questions=openings_queries.questions_of(db, pack),
        audience=packs_queries.audience(pack),
        days=web.config().TRACE_DAYS,
        PackState=PackState,
        Trace=Trace,
        page=page,
        pages=0 if pack.reduced_at else pages,
        now=clock.now(),
    )


@bp.route("/sharing/packs/<int:pack_id>/channel", methods=["GET", "POST"])
@once
def pack_channel(pack_id: int) -> Answer:
    """Show the pack as text and HTML for another channel, with a tracked link (``?link=``)."""
    person, form = signed_in(), outreach_forms.ChannelForm()
    pack = packs_queries.pack_for(db, person, pack_id)
    if form.validate_on_submit():
        link = packs_actions.channel_link(db, person, pack, Channel(form.channel.data))
        db.flush()
        return redirect(url_for(".pack_channel", pack_id=pack_id, link=link.id))
    links = packs_queries.channels_of(db, pack)
    chosen = next((link for link in links if link.id == request.args.get("link", type=int)), None)
    sent = _sent_pack_with_link(pack, chosen)
    return render_template(
        "outreach/pack_channel.html",
        pack=pack,
        form=form,
        links=links,
        chosen=chosen,
        labels=outreach_forms.CHANNEL_LABELS,
        visitors=openings_queries.visitors_of(db, pack),
        text=channel_text(sent) if chosen else "",
        html=channel_html(sent) if chosen else "",
        address=sent.address,
    )


def _sent_pack_with_link(pack: Pack, link: PackLink | None) -> SentPack:
    return packs_actions.sent_pack(db, pack).with_address(packs_actions.address_of(db, link.token) if link else "")


@bp.post("/sharing/packs/add")
@once
def add_to_pack() -> Answer:
    """Add a resource, or some pages of it, to the newest draft or to a new pack."""
    person = signed_in()
    resource_id, part = web.row_number(request.form.get("resource")), range_of(request.form.get("part", ""))
    drafts = packs_queries.drafts_of(db, person)
    pack = drafts[0] if drafts else packs_actions.create_pack(db, person, this_quarter(), [])
    packs_actions.add_item(db, person, pack, resource_id, part)
    db.flush()
    flash("Added to the pack.")
    return redirect(url_for(".pack", pack_id=pack.id))
