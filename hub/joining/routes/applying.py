"""Pages for applicants, who have no account and open their application with a secret link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.core import set_aside, versions, web
from hub.core.errors import Refused
from hub.core.file_names import FALLBACK, attach
from hub.core.once import once
from hub.core.versions import Edit
from hub.core.web import Answer, db
from hub.joining import queries as joining_queries
from hub.joining.actions import applying as applying_actions
from hub.joining.forms import ApplicationForm, InterestForm, WithdrawalForm, application_form
from hub.joining.letters import invitation_sentences
from hub.joining.models import Application, Evidence
from hub.joining.routes.blueprint import bp
from hub.joining.rules import CRITERIA, Criterion
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.extract.formats import FORMATS
from hub.library.files import originals
from hub.members.rules.organizations import OrganizationKind
from hub.sharing.rules.texts import download_name


@dataclass(frozen=True)
class Upload:
    """A stored file that was uploaded with the form."""

    criterion: Criterion
    stored: originals.StoredFile
    name: str
    page: int | None


@bp.route("/join", methods=["GET", "POST"])
@web.public
@once
def join() -> Answer:
    """Show the page about joining; a POST starts an application."""
    form = InterestForm()
    refused = ""
    if form.validate_on_submit():
        try:
            application, token = applying_actions.express_interest(db, form.to_interest(), request.remote_addr or "")
        except Refused as error:
            refused = str(error)
        else:
            web.store_nowhere()
            return render_template(
                "joining/join_link.html",
                application=application,
                address=f"{web.config().BASE_URL}{url_for('.application', token=token)}",
                has_mail_server=web.config().mail_server is not None,
                is_mailed=joining_queries.is_link_mailed(db, application),
                set_aside=set_aside.set_aside_about(db, application),
            )
    page = render_template("joining/join.html", form=form, refused=refused, CRITERIA=CRITERIA, Kind=OrganizationKind)
    return page if request.method != "POST" else (page, 422)


@bp.route("/join/<token>", methods=["GET", "POST"])
@web.public
@web.takes_files_of_visitors
def application(token: str) -> Answer:
    """Show an application, as a form while it is open; a POST saves it, and submits it with ``submit``."""
    application = joining_queries.application_by_token(db, token)
    form = application_form(application)
    if request.method != "POST":
        return _page(token, application, _versioned(token, application, form))
    if not application.progress.is_open and (edit := _versioned(token, application, form).edit):
        edit.give_up(applying_actions.NOT_OPEN)
    if not form.validate():
        return _page(token, application, _versioned(token, application, form)), 422
    try:
        _store_files(token, form)
        db.commit()  # keep the uploaded files even if the draft is refused, or is an old version
        versions.hold(Application, id=application.id)
        application = joining_queries.application_by_token(db, token)
        form = _versioned(token, application, application_form(application))
        if not form.validate():
            return _page(token, application, form), 422
        _remove_files(application)
        applying_actions.answer(db, application, token)  # sending the form is a POST too
        applying_actions.save(db, application, form.draft())
        if "submit" in request.form:
            applying_actions.submit(db, application)
    except Refused as refused:
        db.rollback()
        application = joining_queries.application_by_token(db, token)
        if not application.progress.is_open and (edit := _versioned(token, application, form).edit):
            edit.give_up(str(refused))
        return _page(token, application, form, str(refused)), 422
    is_submitted = "submit" in request.form
    flash("Submitted. The Advisory Board will review your application." if is_submitted else "Saved.")
    return redirect(url_for(".application", token=token))


def _versioned(token: str, application: Application, form: ApplicationForm) -> ApplicationForm:
    """Make the form check its version; what is set aside is found through the applicant's link.

    Who saved it is unknown: everyone with the link may have.
    """
    form.edits(application, application.name, address_of=_address_of(token))
    return form


def _address_of(token: str) -> Callable[[int], str]:
    return lambda number: url_for(".set_aside", token=token, number=number)


@bp.get("/join/<token>/set-aside/<int:number>", endpoint="set_aside")
@web.public
def show_set_aside(token: str, number: int) -> str:
    """Show a version of an application that was set aside when two people edited it."""
    application = joining_queries.application_by_token(db, token)
    row = set_aside.set_aside_about_for(db, application, number)
    return render_template(
        "joining/set_aside.html", application=application, token=token, row=row, days=set_aside.DAYS_KEPT
    )


def _page(token: str, application: Application, form: ApplicationForm, refused: str = "") -> str:
    return render_template(
        "joining/application.html",
        application=application,
        token=token,
        parts=joining_queries.parts_of(db, application),
        form=form,
        withdrawal=WithdrawalForm(formdata=None),
        refused=refused,
        formats=FORMATS,
        max_evidence_mb=web.config().MAX_EVIDENCE_MB,
        decision=joining_queries.decision_of(application),
        invitations=invitation_sentences(joining_queries.invitations_of(application), application.decided_by_name),
        mailed=web.config().mail_server is not None,
        confirms=_confirmed_by(token, application),
        set_aside=set_aside.set_aside_about(db, application),
    )


def _confirmed_by(token: str, application: Application) -> Sequence[Application]:
    """Return the applications whose address the button on this page confirms; none for the link that was shown."""
    address = joining_queries.address_of_link(db, application, token)
    return joining_queries.unconfirmed(db, address) if address == application.contact_email else ()


def _store_files(token: str, form: ApplicationForm) -> None:
    """Store the uploaded files, then add them to the application."""
    count = sum(bool(upload.filename) for name in request.files for upload in request.files.getlist(name))
    if count:
        # Before any file is stored.
        applying_actions.check_capacity(joining_queries.application_by_token(db, token), count)
    db.commit()  # ends the transaction while the files are stored; nothing was written yet
    upload_config = replace(web.config(), MAX_UPLOAD_MB=web.config().MAX_EVIDENCE_MB)
    uploads = []
    for criterion in CRITERIA[OrganizationKind(form.kind.data)]:
        for upload in request.files.getlist(f"file-{criterion.value}"):
            if upload.filename:
                name = upload.filename.replace("\\", "/").rsplit("/", 1)[-1]
                library_actions.check_name(name)
                uploads.append(
                    Upload(criterion, originals.store(upload_config, upload.stream), name, form.page_of(criterion).data)
                )
    if uploads:
        application = joining_queries.application_by_token(db, token)
        for file in uploads:
            applying_actions.attach(db, application, file.criterion, file.stored, file.name, file.page)


def _remove_files(application: Application) -> None:
    """Remove the chosen files, except those that were removed in another tab."""
    chosen = {web.row_number(text) for text in request.form.getlist("remove")}
    for evidence in [evidence for evidence in application.evidence if evidence.id in chosen]:
        applying_actions.remove(db, application, evidence)


@bp.post("/join/<token>/confirm-address")
@web.public
def confirm_address(token: str) -> AnyResponse:
    """Confirm the address to which the link was emailed, for all of its applications.

    Opening the link doesn't, because mail scanners open it too.
    """
    application = joining_queries.application_by_token(db, token)
    applying_actions.answer_all(db, application, token)
    if not application.has_answered:
        raise Refused(
            "This link doesn’t confirm an email address. Open the link that we emailed, and press the button there."
        )
    flash("Email address confirmed.")
    return redirect(url_for(".application", token=token))


@bp.post("/join/<token>/withdraw")
@web.public
def withdraw_application(token: str) -> AnyResponse:
    """Withdraw the application, for its applicant."""
    application, reason = joining_queries.application_by_token(db, token), WithdrawalForm().reason.data or ""
    try:
        applying_actions.withdraw(db, application, reason)
    except Refused as refused:
        if not reason.strip():
            raise
        page, address_of = url_for(".application", token=token), _address_of(token)
        edit = Edit(application, application.name, [], notes={"Reason": reason}, page=page, address_of=address_of)
        edit.give_up(str(refused))
    flash("Application withdrawn.")
    return redirect(url_for(".application", token=token))


@bp.get("/join/<token>/evidence/<int:evidence_id>/download")
@web.public
def own_evidence(token: str, evidence_id: int) -> Response:
    """Download a file that the applicant uploaded."""
    return as_attachment(joining_queries.evidence_of(joining_queries.application_by_token(db, token), evidence_id))


def as_attachment(evidence: Evidence) -> Response:
    """Return the file as a download that the browser must not open, run or store."""
    if objection := library_queries.scan_objection(db, evidence.sha256):
        raise Refused(objection)
    web.store_nowhere()
    answer = attach(
        send_file(
            originals.path_to_serve(web.config(), evidence.sha256),
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=FALLBACK,
            etag=evidence.sha256,
        ),
        download_name(evidence.file_name),
    )
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer
