"""The button that adds an attachment, such as a file in an email, as a resource of its own."""

from io import BytesIO

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from hub.core import error_pages, web
from hub.core.db import take_turns
from hub.core.errors import NotFound, Refused
from hub.core.web import Answer, db
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.derive import attachments
from hub.library.extract import reader
from hub.library.file_names import kind_from, title_from
from hub.library.files import originals
from hub.library.models import Resource
from hub.library.routes.blueprint import bp
from hub.library.rules import PageKind
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission


@bp.post("/resources/<int:resource_id>/pages/<int:number>/add")
def add_attachment(resource_id: int, number: int) -> Answer:
    """Add the attachment of a page as a resource, or open the one that is there already."""
    person = signed_in()
    resource = library_queries.get_for(db, person, resource_id, Permission.CHANGE)
    page = library_queries.page_of(db, resource.current, number)
    if page.kind is not PageKind.ATTACHMENT or not page.part:
        raise NotFound
    if objection := library_queries.scan_objection(db, resource.current.sha256):
        raise Refused(objection)
    revision, part = resource.current, page.part
    db.commit()  # nothing was written: releases the rows while the file is copied
    try:
        copy = attachments.attachment(web.config(), revision, part)
    except reader.Busy:
        return error_pages.error_page(503)
    library_actions.check_name(copy.name)
    file = library_actions.File(originals.store(web.config(), BytesIO(copy.content)), copy.name)
    take_turns(db, [f"file {file.stored.sha256}"])  # so that two clicks at once make one resource
    return _added(person, library_queries.get_for(db, person, resource_id, Permission.CHANGE), file)


def _added(person: Person, resource: Resource, file: library_actions.File) -> Response:
    """Add the file beside the resource that it is attached to, and open it."""
    same = library_queries.same_file(db, person, file.stored.sha256)
    if same is not None:
        flash("This attachment is already a resource. Here it is.")
        return redirect(url_for(".show", resource_id=same.id))
    facts = library_actions.Facts(
        kind=kind_from(file.name),
        title=title_from(file.name),
        published_on=resource.published_on,
        audience=resource.audience,
    )
    added = library_actions.add(db, person, resource.organization, facts, file)
    flash("Resource added. You can search it in a few seconds.")
    return redirect(url_for(".show", resource_id=added.id))
