"""Pages that add resources: by upload, by typing, or by a link."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, dates, web
from hub.core.db import take_turns
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.web import Answer, db
from hub.library import actions as library_actions
from hub.library import forms as library_forms
from hub.library import queries as library_queries
from hub.library.extract.formats import FORMATS
from hub.library.extract.version import READER_VERSION
from hub.library.files import handles
from hub.library.models import Resource
from hub.library.routes import by_date as by_date_routes
from hub.library.routes.blueprint import bp, reopened, stored
from hub.library.rules import BIG_SIX
from hub.members.login import signed_in
from hub.members.models import Organization, Person

WAYS = {"upload": library_forms.UploadForm, "text": library_forms.WriteForm, "link": library_forms.LinkForm}
MOST_ADDED = 500  # resources on the page that lists what was added together


@dataclass(frozen=True)
class Kept:
    """A stored file whose form isn't complete yet; `handle` identifies it when the form is sent again."""

    file: library_actions.File
    handle: str
    same: Resource | None  # a resource with the same bytes
    form: library_forms.FileForm


@bp.route("/resources/new", methods=["GET", "POST"])
@web.takes_files
@once
def add() -> Answer:
    """Add resources by upload, by typing, or by a link (``?by=upload|text|link``)."""
    person = signed_in()
    way = request.args.get("by", "upload")
    # A link from a topic's page brings the topic along.
    form = WAYS.get(way, library_forms.UploadForm)(
        topics=[name for name in request.args.getlist("topic") if name in BIG_SIX]
    )
    organizations = library_queries.may_add_for(db, person)
    form.offer_organizations([(organization.slug, organization.name) for organization in organizations])
    if request.method != "POST":
        return _add_page(form, way)
    kept, refusals = _received(person) if isinstance(form, library_forms.UploadForm) else ([], [])
    valid = form.validate_on_submit()
    if isinstance(form, library_forms.UploadForm) and not kept and not refusals:
        refusals = ["Choose at least one file."]
    wrong = [upload.file.name for upload in kept if not upload.form.validate()]
    refusals += [f"{name}: correct the details below." for name in wrong]
    warned = set(request.form.getlist("warned"))
    unwarned = [upload for upload in kept if upload.same and upload.file.stored.sha256 not in warned]
    # A file that is split isn't added itself: its preview says which of its parts the hub has.
    if not valid or refusals or (unwarned and not by_date_routes.is_wanted(form)):
        return _add_page(form, way, kept, refusals), 422
    organization = _chosen(form, organizations)
    try:
        if by_date_routes.is_wanted(form):
            batches = by_date_routes.batches(person, form, [(upload.file, upload.form) for upload in kept])
            if request.form.get("previewed") != by_date_routes.mark_of(batches):
                return _add_page(form, way, kept, batches=batches)
            added = by_date_routes.add(person, organization, batches)
        else:
            added = _add_all(person, organization, form, kept)
    except Refused as refused:
        db.rollback()
        return _add_page(form, way, kept, [str(refused)]), 422
    if len(added) == 1:
        flash("Resource added. You can search it in a few seconds.")
        return redirect(url_for(".show", resource_id=added[0].id))
    flash(f"Added {dates.plural(len(added), 'resource')}. You can search them as soon as they are processed.")
    return redirect(url_for(".added", ids=",".join(str(resource.id) for resource in added)))


@bp.get("/resources/added")
def added() -> str:
    """Show the resources that were just added together, and the processing status of each."""
    numbers = request.args.get("ids", "").split(",")[:MOST_ADDED]
    ids = [number for text in numbers if (number := web.row_number(text))]
    resources = library_queries.visible_among(db, signed_in(), ids)
    return render_template(
        "library/added.html",
        resources=resources,
        page_kinds=library_queries.page_kinds(db, resources),
        READER_VERSION=READER_VERSION,
    )


def _add_page(
    form: library_forms.FactsForm,
    way: str,
    kept: list[Kept] | None = None,
    refusals: list[str] | None = None,
    batches: list[by_date_routes.Batch] | None = None,
) -> str:
    return render_template(
        "library/add.html",
        form=form,
        way=way,
        kept=kept or [],
        refusals=refusals or [],
        batches=batches or [],
        previewed=by_date_routes.mark_of(batches) if batches else "",
        formats=FORMATS,
        new_file=library_forms.FileForm(formdata=None, prefix=library_forms.file_prefix("new")),
    )


def _add_all(
    person: Person, organization: Organization, form: library_forms.FactsForm, kept: list[Kept]
) -> list[Resource]:
    """Add all resources of the form and return them; if one is refused, the caller rolls all of them back."""
    if isinstance(form, library_forms.UploadForm):
        return [_add_file(person, organization, form, upload, count=len(kept)) for upload in kept]
    if isinstance(form, library_forms.WriteForm):
        return [library_actions.add(db, person, organization, form.facts(), library_actions.Written(form.body.data))]
    return [library_actions.add(db, person, organization, form.facts(), library_actions.WebLink(form.url.data))]


def _add_file(
    person: Person, organization: Organization, form: library_forms.UploadForm, kept: Kept, *, count: int
) -> Resource:
    """Add one of ``count`` files that were sent together."""
    alone = count == 1
    today = clock.today(web.config().zone)
    facts = form.facts_for_file(kept.file.name, kept.form, today, alone=alone)
    try:
        in_bulk = count > library_actions.MOST_AWAITED
        return library_actions.add(db, person, organization, facts, kept.file, in_bulk=in_bulk)
    except Refused as refused:
        if alone:
            raise
        raise Refused(f"{kept.file.name}: {refused}") from refused


def _chosen(form: library_forms.FactsForm, organizations: list[Organization]) -> Organization:
    """Return the organization that was chosen in the form, or the only one offered."""
    if "organization" not in form:
        return organizations[0]
    return next(organization for organization in organizations if organization.slug == form.organization.data)


def _received(person: Person) -> tuple[list[Kept], list[str]]:
    """Return the files of this form, sent now or kept from an earlier attempt, and a sentence for each refused one.

    Files are stored before any row is locked, since that may take long.
    """
    db.commit()  # nothing was written yet: releases the lock while the bytes are stored
    arrived: list[library_actions.File] = []
    refusals: list[str] = []
    for upload in request.files.getlist("files"):
        if upload.filename:
            try:
                arrived.append(stored(upload))
            except Refused as refused:
                refusals.append(f"{upload.filename}: {refused}")
    again = [file for handle in request.form.getlist("kept") if (file := reopened(person, handle))]
    each = {(file.stored.sha256, file.name): file for file in (*again, *arrived)}
    take_turns(db, [f"file {sha256}" for sha256, _name in each])  # so that the same file at once is noticed
    return [_kept(person, file) for file in each.values()], refusals


def _kept(person: Person, file: library_actions.File) -> Kept:
    handle = handles.handle_of(web.config(), person.id, file.stored, file.name)
    prefix = library_forms.file_prefix(handle)
    form_data = request.form if f"{prefix}-title" in request.form else None
    form = library_forms.FileForm(formdata=form_data, prefix=prefix)
    return Kept(file, handle, library_queries.same_file(db, person, file.stored.sha256), form)
