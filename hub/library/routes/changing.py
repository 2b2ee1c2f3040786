"""Pages that change a resource: its details, its content, withdrawing and restoring."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.core import versions, web
from hub.core.errors import Refused
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
    return page if request.method == "GET" else (page, 422)


@bp.route("/resources/<int:resource_id>/replace", methods=["GET", "POST"])
@web.takes_files
def replace(resource_id: int) -> Answer:
    """Replace the content of a resource; the earlier revision is kept."""
    person = signed_in()
    resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = library_forms.ReplaceForm()
    if request.method == "GET":
        form.body.data, form.url.data = resource.current.body, resource.current.url
        return _replace_page(resource, form)
    content: library_actions.Content | None = None
    if resource.current.source is Source.FILE:
        db.commit()  # nothing was written yet: releases the lock while the bytes are stored
    try:
        if not form.validate_on_submit():
            content = _file_of(person)
            return _replace_page(resource, form, content=content), 422
        content = _new_content(person, resource, form)
        library_actions.replace(db, person, resource, content, form.note.data or "")
    except Refused as refused:
        db.rollback()
        resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
        return _replace_page(resource, form, str(refused), content), 422
    flash("Content replaced. The earlier revision is still available.")
    return redirect(url_for(".show", resource_id=resource_id))


def _replace_page(
    resource: Resource,
    form: library_forms.ReplaceForm,
    refused: str = "",
    content: library_actions.Content | None = None,
) -> str:
    """Return the form page; a file that was sent with the form is kept for the next attempt."""
    kept = content if isinstance(content, library_actions.File) else None
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


def _new_content(person: Person, resource: Resource, form: library_forms.ReplaceForm) -> library_actions.Content:
    """Return the new content from the form, of the same source as the current one. Raises Refused without a file."""
    if resource.current.source is Source.TEXT:
        return library_actions.Written(form.body.data or "")
    if resource.current.source is Source.LINK:
        return library_actions.WebLink(form.url.data or "")
    if file := _file_of(person):
        return file
    message = "Choose a new file."
    raise Refused(message)


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
    resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = library_forms.WithdrawForm()
    if form.validate_on_submit():
        library_actions.withdraw(db, person, resource, form.reason.data)
        flash("Withdrawn. Only its organization and the coordinator can still see it. You can restore it here.")
        return redirect(url_for(".show", resource_id=resource_id))
    page = render_template("library/withdraw.html", resource=resource, form=form)
    return page if request.method == "GET" else (page, 422)


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
