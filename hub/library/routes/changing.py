"""Pages that change a resource: its details, its content, withdrawing and restoring."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.core import versions, web
from hub.core.errors import Refused
from hub.core.versions import Part
from hub.core.web import Answer, db
from hub.library import actions as library_actions
from hub.library import forms as library_forms
from hub.library import queries as library_queries
from hub.library.extract.formats import FORMATS
from hub.library.files import handles
from hub.library.models import Resource
from hub.library.routes.blueprint import bp, reopened, stored
from hub.library.rules import Source
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission


@bp.route("/resources/<int:resource_id>/edit", methods=["GET", "POST"])
def edit(resource_id: int) -> Answer:
    """Edit the details of a resource."""
    person = signed_in()
    versions.hold(Resource, id=resource_id)
    resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    form, refused = library_forms.facts_form(resource), ""
    if form.validate_on_submit():
        try:
            library_actions.change(db, person, resource, form.facts(), closes=form.closes.data)
        except Refused as error:
            refused = str(error)
        else:
            flash("Changes saved.")
            return redirect(url_for(".show", resource_id=resource_id))
    page = render_template(
        "library/edit.html",
        resource=resource,
        form=form,
        refused=refused,
        ways_out=library_actions.ways_out(db, resource),
    )
    return page if request.method != "POST" else (page, 422)


@bp.route("/resources/<int:resource_id>/replace", methods=["GET", "POST"])
@web.takes_files
def replace(resource_id: int) -> Answer:
    """Replace the content of a resource; the earlier revision is kept."""
    person = signed_in()
    resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    file, refused = None, ""
    if request.method == "POST":
        if resource.current.source is Source.FILE:
            file, refused = _received(person)
        versions.hold(Resource, id=resource_id)
        resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = _replace_form(resource, file)
    if not refused and form.validate_on_submit():
        try:
            content = _new_content(resource, form, file)
            library_actions.replace(db, person, resource, content, form.note.data or "")
        except Refused as error:
            db.rollback()
            resource, refused = library_queries.get_for(db, person, resource_id, Permission.CHANGE), str(error)
        else:
            flash("Content replaced. The earlier revision is still available.")
            return redirect(url_for(".show", resource_id=resource_id))
    page = _replace_page(resource, form, refused, file)
    return page if request.method != "POST" else (page, 422)


def _received(person: Person) -> tuple[library_actions.File | None, str]:
    """Return the file that came with the form, if any, and why it isn't accepted; stores it without holding a lock."""
    db.commit()  # nothing was written yet: releases the lock while the bytes are stored
    try:
        return _file_of(person), ""
    except Refused as refused:
        return None, str(refused)


def _replace_form(resource: Resource, file: library_actions.File | None) -> library_forms.ReplaceForm:
    """Return the form, filled with the current content, which is what it edits."""
    current = resource.current
    form = library_forms.ReplaceForm(body=current.body, url=current.url)

    def parts() -> list[Part]:
        if current.source is Source.TEXT:
            return [Part.of_texts("Text", current.body or "", form.body.data or "")]
        if current.source is Source.LINK:
            return [Part.of_texts("Link", current.url or "", form.url.data or "")]
        sha256 = current.sha256 or ""
        typed = (file.name, file.stored.sha256) if file else ("", sha256)
        return [Part("File", current.file_name or "", typed[0], sha256, typed[1])]

    logged_as = ("replaced the content of", "added the resource")
    form.edits(resource, f"Content of “{resource.title}”", parts=parts, logged_as=logged_as)
    return form


def _replace_page(
    resource: Resource,
    form: library_forms.ReplaceForm,
    refused: str,
    kept: library_actions.File | None,
) -> str:
    """Return the form page; a file that was sent with the form is kept for the next attempt."""
    return render_template(
        "library/replace.html",
        resource=resource,
        form=form,
        refused=refused,
        kept=handles.handle_of(web.config(), signed_in().id, kept.stored, kept.name) if kept else "",
        kept_name=kept.name if kept else "",
        Source=Source,
        formats=FORMATS,
    )


def _new_content(
    resource: Resource, form: library_forms.ReplaceForm, file: library_actions.File | None
) -> library_actions.Content:
    """Return the new content from the form, of the same source as the current one. Raises Refused without a file."""
    if resource.current.source is Source.TEXT:
        return library_actions.Written(form.body.data or "")
    if resource.current.source is Source.LINK:
        return library_actions.WebLink(form.url.data or "")
    if file is None:
        raise Refused("Choose a new file.")
    return file


def _file_of(person: Person) -> library_actions.File | None:
    """Return the file sent with the form, or stored before it by a resumable upload or an earlier attempt.

    Raises Refused when the file isn't accepted.
    """
    upload = next((upload for upload in request.files.getlist("files") if upload.filename), None)
    return stored(upload) if upload else reopened(person, request.form.get("kept", ""))


@bp.route("/resources/<int:resource_id>/withdraw", methods=["GET", "POST"])
def withdraw(resource_id: int) -> Answer:
    """Withdraw a resource, with a reason."""
    person = signed_in()
    versions.hold(Resource, id=resource_id)
    resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = library_forms.WithdrawForm(reason=resource.withdrawn_reason)
    logged_as = ("withdrew the resource", "changed why it withdrew the resource")
    form.edits(resource, f"Why “{resource.title}” was withdrawn", logged_as=logged_as)
    if form.validate_on_submit():
        library_actions.withdraw(db, person, resource, form.reason.data)
        flash("Withdrawn. Only its organization and the coordinator can still see it. You can restore it here.")
        return redirect(url_for(".show", resource_id=resource_id))
    page = render_template("library/withdraw.html", resource=resource, form=form)
    return page if request.method != "POST" else (page, 422)


@bp.post("/resources/<int:resource_id>/restore")
def restore(resource_id: int) -> Response:
    """Restore a withdrawn resource."""
    person = signed_in()
    library_actions.restore(db, person, library_queries.get_for(db, person, resource_id, Permission.CHANGE))
    flash("Restored. Everyone in its audience can find it again.")
    return redirect(url_for(".show", resource_id=resource_id))


@bp.post("/resources/<int:resource_id>/read-again")
def read_again(resource_id: int) -> Response:
    """Have the worker read the current revision again."""
    person = signed_in()
    library_actions.read_again(db, person, library_queries.get_for(db, person, resource_id, Permission.CHANGE))
    flash("Processing it again. This takes a few seconds.")
    return redirect(url_for(".show", resource_id=resource_id))
