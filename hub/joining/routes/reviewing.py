"""Pages for the Advisory Board: applications, votes, decisions."""

from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from hub.core import versions, web
from hub.core.errors import Refused
from hub.core.web import Answer, db, one_of, page_number
from hub.joining import evidence_reading
from hub.joining import queries as joining_queries
from hub.joining.actions import reviewing as reviewing_actions
from hub.joining.forms import AskForm, DecisionForm, VoteForm
from hub.joining.models import Application
from hub.joining.routes.applying import as_attachment
from hub.joining.routes.blueprint import bp
from hub.joining.rules import Ballot, Progress, advice_on_deciding
from hub.library.routes.reading import drawn
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may


@bp.get("/applications")
def applications() -> str:
    """List submitted applications, those with the board first; ``?progress=&page=``."""
    signed_in(Permission.SEE_APPLICATIONS)
    progress, page = one_of(Progress, request.args.get("progress", "")), page_number()
    matches, total = joining_queries.applications(db, signed_in(), progress, page)
    return render_template(
        "joining/applications.html",
        applications=matches,
        total=total,
        page=page,
        pages=web.page_count(total, joining_queries.APPLICATIONS_PER_PAGE),
        progress=progress,
        Progress=Progress,
        awaiting_vote={application.id for application in joining_queries.waiting_for(db, signed_in())},
    )


@bp.get("/applications/<int:application_id>")
def review(application_id: int) -> str:
    """Show an application: each criterion next to the page that documents it, votes and decision."""
    return _application_page(application_id, None, AskForm(formdata=None), DecisionForm(formdata=None))


def _application_page(
    application_id: int, vote: VoteForm | None, ask: AskForm, decision: DecisionForm, refused: str = ""
) -> str:
    person = signed_in()
    application = joining_queries.application_for(db, person, application_id)
    quorum = web.config().APPLICATION_QUORUM
    votes = joining_queries.votes_for(person, application, quorum)
    typed = (vote and vote.reason.data, ask.what.data, decision.reason.data, decision.exception.data)
    counting, _ = joining_queries.tallies_of(application)
    return render_template(
        "joining/review.html",
        application=application,
        parts=joining_queries.parts_of(db, application),
        votes=votes,
        quorum=quorum,
        may_vote=may(person, Permission.VOTE),
        may_decide=may(person, Permission.DECIDE_APPLICATIONS),
        advice=advice_on_deciding(counting, quorum),
        conflict=joining_queries.conflict_for(person, application) if may(person, Permission.VOTE) else None,
        outcome=joining_queries.decision_of(application),
        invitations=joining_queries.invitations_of(application),
        may_move=may(person, Permission.MANAGE_ORGANIZATIONS),
        vote=vote or _vote_form(person, application, formdata=None),
        ask=ask,
        decision=decision,
        refused=refused,
        typed=[text for text in typed if text],
        Ballot=Ballot,
        Progress=Progress,
    )


@bp.post("/applications/<int:application_id>/vote")
def vote(application_id: int) -> Answer:
    """Cast or change the person's own vote."""
    signed_in(Permission.VOTE)
    versions.hold(Application, id=application_id)
    application = joining_queries.application_for(db, signed_in(), application_id)
    form = _vote_form(signed_in(), application)
    if not form.validate():
        return _page_with_errors(application_id, vote=form)
    try:
        _check_round(application)
        cast = reviewing_actions.vote(db, signed_in(), application, Ballot(form.ballot.data), form.reason.data or "")
    except Refused as refused:
        return _page_with_errors(application_id, str(refused), vote=form)
    counts = cast.ballot is not Ballot.CONFLICT and cast.conflict is None
    flash(
        f"Vote cast{'' if counts else '. It doesn’t count, because of the conflict of interest'}. You can change it until the decision."
    )
    return redirect(url_for(".review", application_id=application_id))


def _vote_form(person: Person, application: Application, **named: Any) -> VoteForm:
    """Return the form of the person's own vote; ``formdata=None`` if another form was submitted."""
    own = joining_queries.votes_for(person, application, web.config().APPLICATION_QUORUM).own
    form = VoteForm(ballot=own.ballot.value if own else None, reason=own.reason if own else "", **named)
    page = url_for(".review", application_id=application.id)
    if application.progress is Progress.SUBMITTED:  # otherwise it can't be cast anymore
        form.edits(f"Vote of {person.id} on {application.id}", f"Your vote on {application.name}", page=page)
    return form


def _check_round(application: Application) -> None:
    """Raise Refused if the applicant has submitted the application again since the page was opened."""
    if request.form.get("round", str(application.round)) != str(application.round):
        raise Refused(
            "The applicant submitted this application again since you opened it. Read it again, then act on it."
        )


@bp.post("/applications/<int:application_id>/ask")
def ask_for_changes(application_id: int) -> Answer:
    """Return the application to its applicant with changes to make."""
    form = AskForm()
    application = joining_queries.application_for(db, signed_in(), application_id)
    if not form.validate():
        return _page_with_errors(application_id, ask=form)
    try:
        _check_round(application)
        reviewing_actions.ask_for_changes(db, signed_in(), application, form.what.data or "")
    except Refused as refused:
        return _page_with_errors(application_id, str(refused), ask=form)
    flash("Changes requested. Voting restarts when the applicant resubmits.")
    return redirect(url_for(".review", application_id=application_id))


@bp.post("/applications/<int:application_id>/decide")
def decide(application_id: int) -> Answer:
    """Record the decision; approval adds the organization and its people."""
    signed_in(Permission.DECIDE_APPLICATIONS)
    form = DecisionForm()
    application = joining_queries.application_for(db, signed_in(), application_id)
    if not form.validate():
        return _page_with_errors(application_id, decision=form)
    approve = form.decision.data == "approve"
    reason, exception = form.reason.data or "", form.exception.data or ""
    try:
        _check_round(application)
        added = reviewing_actions.decide(db, signed_in(), application, reason, exception, approve=approve)
    except Refused as refused:
        return _page_with_errors(application_id, str(refused), decision=form)
    if not web.config().mail_server and added:
        base = web.config().BASE_URL
        links = [(person, base + url_for("members.invitation", token=token)) for person, token in added if token]
        web.store_nowhere()
        return render_template("joining/invitation_links.html", application=application, links=links)
    flash("Approved. The organization was added." if approve else "Declined.")
    return redirect(url_for(".review", application_id=application_id))


def _page_with_errors(
    application_id: int,
    refused: str = "",
    *,
    vote: VoteForm | None = None,
    ask: AskForm | None = None,
    decision: DecisionForm | None = None,
) -> tuple[str, int]:
    """Return the page again with the submitted form and its errors."""
    if refused:
        db.rollback()
    page = _application_page(
        application_id,
        vote,
        ask or AskForm(formdata=None),
        decision or DecisionForm(formdata=None),
        refused,
    )
    return page, 422


@bp.get("/applications/<int:application_id>/evidence/<int:evidence_id>/download")
def evidence(application_id: int, evidence_id: int) -> Response:
    """Download a file of the application."""
    return as_attachment(
        joining_queries.evidence_of(joining_queries.application_for(db, signed_in(), application_id), evidence_id)
    )


@bp.get("/applications/<int:application_id>/evidence/<int:evidence_id>/image")
def evidence_image(application_id: int, evidence_id: int) -> Answer:
    """Return the picture of the page that the applicant named, or of the first page."""
    application = joining_queries.application_for(db, signed_in(), application_id)
    file = joining_queries.evidence_of(application, evidence_id)
    web.store_nowhere()

    def draw() -> Path | None:
        return evidence_reading.picture(web.config(), file, file.page_number or 1)

    return drawn(draw, lambda _path: "private, no-cache")
