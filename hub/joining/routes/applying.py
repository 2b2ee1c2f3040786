"""Applying to join, for people without an account: a secret link opens their application."""

from dataclasses import dataclass, replace

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.core import web
from hub.core.errors import Refused
from hub.core.web import Answer, db
from hub.joining import actions as joining_actions
from hub.joining import queries as joining_queries
from hub.joining.forms import ApplicationForm, InterestForm, WithdrawalForm, application_form
from hub.joining.models import Application, Evidence
from hub.joining.routes.blueprint import bp
from hub.joining.rules import CRITERIA, Criterion
from hub.library import actions as library_actions
from hub.library.extract.formats import FORMATS
from hub.library.files import originals
from hub.members.rules.organizations import OrganizationKind
from hub.sharing.rules.texts import download_name


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
    """Return the file to keep, never to be run in the browser."""
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
