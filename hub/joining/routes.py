"""The pages of joining: for applicants, who have a secret link and no account, and for the Advisory Board."""

from dataclasses import dataclass, replace
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.core import web
from hub.core.errors import Refused
from hub.core.web import Answer, db, one_of, page_number
from hub.joining import actions as joining_actions
from hub.joining import evidence_reading
from hub.joining import queries as joining_queries
from hub.joining.forms import (
    ApplicationForm,
    AskForm,
    DecisionForm,
    InterestForm,
    VoteForm,
    WithdrawalForm,
    application_form,
)
from hub.joining.models import Application, Evidence
from hub.joining.rules import CRITERIA, Ballot, Criterion, Progress, objection_to_deciding
from hub.library import actions as library_actions
from hub.library.extract.formats import FORMATS
from hub.library.files import originals
from hub.library.routes.reading import drawn
from hub.members.login import signed_in
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.sharing.rules.texts import download_name

bp = Blueprint("joining", __name__)


@dataclass(frozen=True)
class Sent:
    """A file that came with the form, safely on disk."""

    criterion: Criterion
    stored: originals.StoredFile
    name: str
    page: int | None


@bp.route("/join", methods=["GET", "POST"])
@web.public
def join() -> Answer:
    """What joining means, and the way in: express interest."""
    form = InterestForm()
    refused = ""
    if form.validate_on_submit():
        try:
            application, token = joining_actions.express_interest(db, form.said(), request.remote_addr or "")
        except Refused as error:
            refused = str(error)
        else:
            return render_template(
                "joining/join_link.html",
                application=application,
                address=f"{web.config().BASE_URL}{url_for('.application', token=token)}",
            )
    page = render_template("joining/join.html", form=form, refused=refused, CRITERIA=CRITERIA, Kind=OrganizationKind)
    return page if request.method == "GET" else (page, 422)


@bp.route("/join/<token>", methods=["GET", "POST"])
@web.public
@web.takes_files_of_visitors
def application(token: str) -> Answer:
    """The application: where it stands, and while it is open all that it says. Everything is kept by one button."""
    found = joining_queries.application_by_token(db, token)
    form = application_form(found.kind)
    if request.method == "GET":
        form.show(found)
        return _page(token, found, form)
    form.kind.data = found.kind.value  # chosen once
    if not form.validate():
        return _page(token, found, form), 422
    try:
        _keep_files(token, form)
        found = joining_queries.application_by_token(db, token)
        _remove_files(found)
        db.commit()  # what arrived stays, whatever is said of the rest
        joining_actions.save(found, form.draft())
        if "submit" in request.form:
            joining_actions.submit(db, found)
    except Refused as refused:
        db.rollback()
        return _page(token, joining_queries.application_by_token(db, token), form, str(refused)), 422
    flash("Submitted. The Advisory Board reads it now; we write to you." if "submit" in request.form else "Saved.")
    return redirect(url_for(".application", token=token))


def _page(token: str, found: Application, form: ApplicationForm, refused: str = "") -> str:
    return render_template(
        "joining/application.html",
        application=found,
        token=token,
        parts=joining_queries.parts_of(db, found),
        form=form,
        withdrawal=WithdrawalForm(formdata=None),
        refused=refused,
        formats=FORMATS,
        max_evidence_mb=web.config().MAX_EVIDENCE_MB,
    )


def _keep_files(token: str, form: ApplicationForm) -> None:
    """Store the files of this form, then name them in the application."""
    count = sum(bool(one.filename) for name in request.files for one in request.files.getlist(name))
    if count:
        joining_actions.check_room(
            joining_queries.application_by_token(db, token), count
        )  # before a byte of them is kept
    db.commit()  # nothing was written yet: lets the rows go while the bytes are stored
    smaller = replace(web.config(), MAX_UPLOAD_MB=web.config().MAX_EVIDENCE_MB)
    sent = []
    for criterion in CRITERIA[OrganizationKind(form.kind.data)]:
        for upload in request.files.getlist(f"file-{criterion.value}"):
            if upload.filename:
                name = upload.filename.replace("\\", "/").rsplit("/", 1)[-1]
                library_actions.check_name(name)
                sent.append(
                    Sent(criterion, originals.store(smaller, upload.stream), name, form.page_of(criterion).data)
                )
    if sent:
        found = joining_queries.application_by_token(db, token)
        for one in sent:
            joining_actions.attach(db, found, one.criterion, one.stored, one.name, one.page)


def _remove_files(found: Application) -> None:
    for text in request.form.getlist("remove"):
        if number := web.row_number(text):
            joining_actions.remove(db, found, joining_queries.evidence_of(found, number))


@bp.post("/join/<token>/withdraw")
@web.public
def withdraw_application(token: str) -> AnyResponse:
    """The applicant no longer wants to join."""
    form = WithdrawalForm()
    joining_actions.withdraw(db, joining_queries.application_by_token(db, token), form.reason.data or "")
    flash("Withdrawn. Nothing more happens with this application.")
    return redirect(url_for(".application", token=token))


@bp.get("/join/<token>/evidence/<int:evidence_id>/download")
@web.public
def own_evidence(token: str, evidence_id: int) -> Response:
    """A file that the applicant sent."""
    return as_attachment(joining_queries.evidence_of(joining_queries.application_by_token(db, token), evidence_id))


def as_attachment(evidence: Evidence) -> Response:
    """The file to keep, never to be run in the browser."""
    answer = send_file(
        originals.path_of(web.config(), evidence.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=download_name(evidence.file_name),
        etag=evidence.sha256,
    )
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.get("/applications")
def applications() -> str:
    """What was submitted, what waits for the board first; ``?progress=&page=``."""
    signed_in(Permission.SEE_APPLICATIONS)
    progress, page = one_of(Progress, request.args.get("progress", "")), page_number()
    found, total = joining_queries.applications(db, signed_in(), progress, page)
    return render_template(
        "joining/applications.html",
        applications=found,
        total=total,
        page=page,
        pages=web.page_count(total, joining_queries.APPLICATIONS_PER_PAGE),
        progress=progress,
        Progress=Progress,
        mine={one.id for one in joining_queries.waiting_for(db, signed_in())},
    )


@bp.get("/applications/<int:application_id>")
def dossier(application_id: int) -> str:
    """One application on one page: each criterion beside the page that shows it, the votes, the decision."""
    return _dossier(application_id, VoteForm(formdata=None), AskForm(formdata=None), DecisionForm(formdata=None))


def _dossier(application_id: int, vote: VoteForm, ask: AskForm, decision: DecisionForm, refused: str = "") -> str:
    person = signed_in()
    found = joining_queries.application_for(db, person, application_id)
    quorum = web.config().APPLICATION_QUORUM
    votes = joining_queries.votes_for(person, found, quorum)
    if votes.own and not vote.is_submitted():
        vote.ballot.data, vote.reason.data = votes.own.ballot.value, votes.own.reason
    standing = joining_queries.tally_of(joining_queries.standing_votes(found))
    return render_template(
        "joining/dossier.html",
        application=found,
        parts=joining_queries.parts_of(db, found),
        votes=votes,
        quorum=quorum,
        may_vote=may(person, Permission.VOTE),
        may_decide=may(person, Permission.DECIDE_APPLICATIONS),
        objection=objection_to_deciding(found.progress, standing, quorum),
        vote=vote,
        ask=ask,
        decision=decision,
        refused=refused,
        Ballot=Ballot,
        Progress=Progress,
    )


@bp.post("/applications/<int:application_id>/vote")
def vote(application_id: int) -> Answer:
    """Cast or change one's vote."""
    signed_in(Permission.VOTE)
    form = VoteForm()
    found = joining_queries.application_for(db, signed_in(), application_id)
    if not form.validate():
        return _again(application_id, vote=form)
    try:
        joining_actions.vote(db, signed_in(), found, Ballot(form.ballot.data), form.reason.data or "")
    except Refused as refused:
        return _again(application_id, str(refused), vote=form)
    flash("Your vote is cast. You can change it until the board decides.")
    return redirect(url_for(".dossier", application_id=application_id))


@bp.post("/applications/<int:application_id>/ask")
def ask_for_changes(application_id: int) -> Answer:
    """Give it back to its applicant with what to change."""
    form = AskForm()
    found = joining_queries.application_for(db, signed_in(), application_id)
    if not form.validate():
        return _again(application_id, ask=form)
    try:
        joining_actions.ask_for_changes(db, signed_in(), found, form.what.data or "")
    except Refused as refused:
        return _again(application_id, str(refused), ask=form)
    flash("The applicant is told what to change. Votes begin anew when it comes again.")
    return redirect(url_for(".dossier", application_id=application_id))


@bp.post("/applications/<int:application_id>/decide")
def decide(application_id: int) -> Answer:
    """Enter the decision; on approval the organization and its people are made."""
    signed_in(Permission.DECIDE_APPLICATIONS)
    form = DecisionForm()
    found = joining_queries.application_for(db, signed_in(), application_id)
    if not form.validate():
        return _again(application_id, decision=form)
    approve = form.decision.data == "approve"
    try:
        people = joining_actions.decide(db, signed_in(), found, form.reason.data or "", approve=approve)
    except Refused as refused:
        return _again(application_id, str(refused), decision=form)
    if not approve:
        flash("Declined. The applicant is told, with the reason.")
        return redirect(url_for(".dossier", application_id=application_id))
    names = " and ".join(person.name for person in people)
    flash(f"Approved. The organization is made; invite {names} from its page, each by a link of their own.")
    return redirect(url_for(".dossier", application_id=application_id))


def _again(
    application_id: int,
    refused: str = "",
    *,
    vote: VoteForm | None = None,
    ask: AskForm | None = None,
    decision: DecisionForm | None = None,
) -> tuple[str, int]:
    """The dossier once more, with what was typed and what is wrong with it."""
    if refused:
        db.rollback()
    page = _dossier(
        application_id,
        vote or VoteForm(formdata=None),
        ask or AskForm(formdata=None),
        decision or DecisionForm(formdata=None),
        refused,
    )
    return page, 422


@bp.get("/applications/<int:application_id>/evidence/<int:evidence_id>/download")
def evidence(application_id: int, evidence_id: int) -> Response:
    """A file of the application."""
    return as_attachment(
        joining_queries.evidence_of(joining_queries.application_for(db, signed_in(), application_id), evidence_id)
    )


@bp.get("/applications/<int:application_id>/evidence/<int:evidence_id>/image")
def evidence_image(application_id: int, evidence_id: int) -> Answer:
    """The picture of the page that the applicant named, or of the first."""
    found = joining_queries.evidence_of(joining_queries.application_for(db, signed_in(), application_id), evidence_id)

    def draw() -> Path | None:
        return evidence_reading.picture(web.config(), found, found.page_number or 1)

    return drawn(draw, lambda _path: "private, no-cache")
