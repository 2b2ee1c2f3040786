"""Pages of the library: add, read, change."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from hub.core import clock, web
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.core.web import db
from hub.library import actions, files, forms, queries
from hub.library.derive import previews
from hub.library.extract import FORMATS, READER_VERSION
from hub.library.models import Page, Resource, Revision
from hub.library.rules import (
    LARGEST,
    LONGEST_TITLE,
    PageKind,
    PreviewState,
    Progress,
    Source,
    after_title,
    progress,
    table_of,
    topic_label,
)
from hub.members.models import Organization, Person
from hub.members.rules import Permission

bp = Blueprint("library", __name__)

bp.add_app_template_global(topic_label)
bp.add_app_template_global(table_of)
bp.add_app_template_global(after_title)


WAYS = {"upload": forms.UploadForm, "text": forms.WriteForm, "link": forms.LinkForm}
Answer = str | Response | tuple[str, int]
MOST_ADDED = 500  # resources on the page of what was added together


@dataclass(frozen=True)
class Kept:
    """A file that the hub has stored and that waits for the rest of its form; `handle` brings it back."""

    file: actions.File
    handle: str
    same: Resource | None  # what is in the hub already with the same bytes
    form: forms.FileForm


@bp.route("/resources/new", methods=["GET", "POST"])
@web.takes_files
def add() -> Answer:
    """Add by upload, by typing, or by giving an address (``?by=upload|text|link``)."""
    person = _signed_in()
    way = request.args.get("by", "upload")
    form = WAYS.get(way, forms.UploadForm)()
    organizations = queries.may_add_for(db, person)
    form.offer_organizations([(organization.slug, organization.name) for organization in organizations])
    if request.method == "GET":
        return _add_page(form, way)
    kept, refusals = _received(person) if isinstance(form, forms.UploadForm) else ([], [])
    valid = form.validate_on_submit()
    if isinstance(form, forms.UploadForm) and not kept and not refusals:
        refusals = ["Choose at least one file."]
    wrong = [one.file.name for one in kept if not one.form.validate()]
    refusals += [f"{name}: look at what is said of it below." for name in wrong]
    warned = set(request.form.getlist("warned"))
    if not valid or refusals or any(one.same and one.file.stored.sha256 not in warned for one in kept):
        return _add_page(form, way, kept, refusals), 422
    organization = _chosen(form, organizations)
    try:
        added = _add_all(person, organization, form, kept)
    except Refused as refused:
        db.rollback()
        return _add_page(form, way, kept, [str(refused)]), 422
    if len(added) == 1:
        flash("Added. It can be found as soon as the hub has read it, in a few seconds.")
        return redirect(url_for(".show", resource_id=added[0].id))
    flash(f"Added {len(added)} resources. They can be found as soon as the hub has read them.")
    return redirect(url_for(".added", ids=",".join(str(resource.id) for resource in added)))


@bp.get("/resources/added")
def added() -> str:
    """What was just added together, and how far the hub got with reading each; moves on when looked at again."""
    numbers = request.args.get("ids", "").split(",")[:MOST_ADDED]
    ids = [int(number) for number in numbers if number.isdecimal() and len(number) < 10]  # noqa: PLR2004 - rows have less
    resources = queries.some_of(db, _signed_in(), ids)
    return render_template(
        "library/added.html",
        resources=resources,
        page_kinds=queries.page_kinds(db, resources),
        READER_VERSION=READER_VERSION,
    )


def _add_page(
    form: forms.FactsForm, way: str, kept: list[Kept] | None = None, refusals: list[str] | None = None
) -> str:
    return render_template(
        "library/add.html",
        form=form,
        way=way,
        kept=kept or [],
        refusals=refusals or [],
        formats=FORMATS,
        new_file=forms.FileForm(formdata=None, prefix=forms.file_prefix("new")),
    )


def _add_all(person: Person, organization: Organization, form: forms.FactsForm, kept: list[Kept]) -> list[Resource]:
    """All of it or nothing: Refused undoes what went before."""
    if isinstance(form, forms.UploadForm):
        return [_add_file(person, organization, form, one, alone=len(kept) == 1) for one in kept]
    if isinstance(form, forms.WriteForm):
        return [actions.add(db, person, organization, form.facts(), actions.Written(form.body.data))]
    return [actions.add(db, person, organization, form.facts(), actions.WebLink(form.url.data))]


def _add_file(
    person: Person, organization: Organization, form: forms.UploadForm, kept: Kept, *, alone: bool
) -> Resource:
    today = clock.today(web.config().zone)
    facts = form.facts_of(kept.file.name, kept.form, today, alone=alone)
    try:
        return actions.add(db, person, organization, facts, kept.file)
    except Refused as refused:
        if alone:
            raise
        raise Refused(f"{kept.file.name}: {refused}") from refused


def _chosen(form: forms.FactsForm, organizations: list[Organization]) -> Organization:
    """The organization that was chosen among those offered."""
    if "organization" not in form:
        return organizations[0]
    return next(one for one in organizations if one.slug == form.organization.data)


def _received(person: Person) -> tuple[list[Kept], list[str]]:
    """The files of this form: those that came now, and those kept from the try before; and what was refused.

    Files are stored before any row is locked, since that may take long.
    """
    db.commit()  # nothing was written yet: lets the lock go while the bytes are stored
    arrived: list[actions.File] = []
    refusals: list[str] = []
    for upload in request.files.getlist("files"):
        if upload.filename:
            try:
                arrived.append(_stored(upload))
            except Refused as refused:
                refusals.append(f"{upload.filename}: {refused}")
    again = [file for handle in request.form.getlist("kept") if (file := _reopen(person, handle))]
    each = {(file.stored.sha256, file.name): file for file in (*again, *arrived)}
    return [_kept(person, file) for file in each.values()], refusals


def _kept(person: Person, file: actions.File) -> Kept:
    handle = files.handle_of(web.config(), person.id, file.stored, file.name)
    prefix = forms.file_prefix(handle)
    said = request.form if f"{prefix}-title" in request.form else None
    form = forms.FileForm(formdata=said, prefix=prefix)
    return Kept(file, handle, queries.same_file(db, person, file.stored.sha256), form)


def _stored(upload: FileStorage) -> actions.File:
    """Store one file under its hash; raises Refused."""
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    actions.check_name(name)
    return actions.File(files.store(web.config(), upload.stream), name)


def _reopen(person: Person, handle: str) -> actions.File | None:
    found = files.opened(web.config(), person.id, handle)
    return actions.File(*found) if found else None


@dataclass(frozen=True)
class View:
    """What the viewer shows: a page, and what lies around it."""

    page: Page
    strip: Sequence[queries.Outline]
    before: int | None
    after: int | None
    count: int  # pages in all
    shown: previews.Shown
    q: str | None  # the words that were searched for


@bp.get("/resources/<int:resource_id>")
@web.public
def show(resource_id: int) -> str:
    """A resource: what it is, how far it was read, its pages, its revisions."""
    resource = queries.get_for(db, web.signed_in(), resource_id, Permission.READ)
    first = queries.first_page(db, resource.current)
    return render_template(
        "library/show.html",
        resource=resource,
        revisions=queries.readable_revisions(web.signed_in(), resource),
        view=_view(resource.current, first) if first else None,
        progress=_progress(resource.current, first.kind if first else None),
        text=previews.set_text(web.config(), resource.current),
        Source=Source,
        PreviewState=PreviewState,
    )


@bp.get("/resources/<int:resource_id>/pages/<int:number>")
@web.public
def page(resource_id: int, number: int) -> str:
    """One page, slide, sheet, section or item."""
    resource = queries.get_for(db, web.signed_in(), resource_id, Permission.READ)
    one = queries.page_of(db, resource.current, number)
    return render_template(
        "library/page.html",
        resource=resource,
        view=_view(resource.current, one),
        progress=_progress(resource.current, one.kind),
    )


@bp.get("/resources/<int:resource_id>/pages")
@web.public
def pages(resource_id: int) -> Response:
    """The page whose number somebody typed (``?number=``), or the nearest there is."""
    revision = queries.revision_for(db, web.signed_in(), resource_id)
    typed = request.args.get("number", "").strip()
    number = min(int(typed), LARGEST) if typed.isdecimal() and len(typed) < 10 else 1  # noqa: PLR2004 - digits of it
    nearest = queries.nearest_page(db, revision, number)
    q = request.args.get("q") or None
    if nearest is None:
        return redirect(url_for(".show", resource_id=resource_id, q=q))
    return redirect(url_for(".page", resource_id=resource_id, number=nearest, q=q))


@bp.get("/resources/<int:resource_id>/pages/<int:number>/image")
@web.public
def image(resource_id: int, number: int) -> Answer:
    """The picture of a page (``?width=320|1200``), of the current revision or of ``?revision=``, which lasts."""
    asked = request.args.get("revision", "")
    lasting = asked.isdecimal() and len(asked) < 10  # noqa: PLR2004 - digits of LARGEST
    revision = queries.revision_for(db, web.signed_in(), resource_id, min(int(asked), LARGEST) if lasting else None)
    return as_picture(revision, number, lasting=lasting)


def as_picture(revision: Revision, number: int, *, lasting: bool) -> Answer:
    """The picture of a page, in the width that is asked for; the rows must have been read before.

    ``lasting``: the address names the revision, so that browsers may keep it. Raises NotFound when there is none.
    """
    width = previews.SMALL if request.args.get("width") == str(previews.SMALL) else previews.LARGE
    db.commit()  # lets the rows go while a picture is drawn
    try:
        path = previews.picture(web.config(), revision, number, width)
    except previews.Busy:
        return web.error_page(503)
    if path is None:
        raise NotFound
    answer = Response(path.read_bytes(), mimetype="image/webp")
    answer.add_etag()
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if lasting and path.stem == f"{number}-{width}":
        answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    else:
        answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)


@bp.get("/resources/<int:resource_id>/state")
@web.public
def state(resource_id: int) -> Response:
    """How far the hub got with a resource, for a page that waits for it."""
    revision = queries.revision_for(db, web.signed_in(), resource_id)
    first = queries.outline(db, revision, reach=0)
    return jsonify(_progress(revision, first[0].kind if first else None))


def _view(revision: Revision, one: Page) -> View:
    before, after = queries.neighbours(db, revision, one.number)
    return View(
        page=one,
        strip=queries.outline(db, revision, one.number),
        before=before,
        after=after,
        count=revision.page_count,
        shown=previews.shown(web.config(), revision, one.number),
        q=clean(request.args.get("q", ""))[:LONGEST_TITLE] or None,
    )


def _progress(revision: Revision, kind: PageKind | None) -> Progress:
    """How far the hub got with a revision."""
    return progress(
        revision.state,
        revision.preview_state,
        kind,
        revision.page_count,
        is_read=revision.reader_version >= READER_VERSION,
    )


@bp.route("/resources/<int:resource_id>/edit", methods=["GET", "POST"])
def edit(resource_id: int) -> Answer:
    """Change what is said of a resource."""
    person = _signed_in()
    resource = queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = forms.FactsForm()
    del form.organization
    form.published_on.description = ""
    if request.method == "GET":
        form.show(resource)
    refused = ""
    if form.validate_on_submit():
        try:
            actions.change(db, person, resource, form.facts())
        except Refused as error:
            refused = str(error)
        else:
            flash("Saved.")
            return redirect(url_for(".show", resource_id=resource_id))
    page = render_template("library/edit.html", resource=resource, form=form, refused=refused)
    return page if request.method == "GET" else (page, 422)


@bp.route("/resources/<int:resource_id>/replace", methods=["GET", "POST"])
@web.takes_files
def replace(resource_id: int) -> Answer:
    """Give a resource a new revision; the old one stays."""
    person = _signed_in()
    resource = queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = forms.ReplaceForm()
    if request.method == "GET":
        form.body.data, form.url.data = resource.current.body, resource.current.url
        return _replace_page(resource, form)
    try:
        if not form.validate_on_submit():
            return _replace_page(resource, form), 422
        content = _new_content(resource, form)
        actions.replace(db, person, resource, content, form.note.data or "")
    except Refused as refused:
        db.rollback()
        resource = queries.get_for(db, person, resource_id, Permission.CHANGE)
        return _replace_page(resource, form, str(refused)), 422
    flash("Replaced. The earlier revision stays under its number.")
    return redirect(url_for(".show", resource_id=resource_id))


def _replace_page(resource: Resource, form: forms.ReplaceForm, refused: str = "") -> str:
    return render_template(
        "library/replace.html", resource=resource, form=form, refused=refused, Source=Source, formats=FORMATS
    )


def _new_content(resource: Resource, form: forms.ReplaceForm) -> actions.Content:
    """What the form brought, of the same sort as what is there."""
    if resource.current.source is Source.TEXT:
        return actions.Written(form.body.data or "")
    if resource.current.source is Source.LINK:
        return actions.WebLink(form.url.data or "")
    db.commit()  # lets the lock go while the bytes are stored
    upload = next((one for one in request.files.getlist("files") if one.filename), None)
    if upload is None:
        message = "Choose the new file."
        raise Refused(message)
    return _stored(upload)


@bp.route("/resources/<int:resource_id>/withdraw", methods=["GET", "POST"])
def withdraw(resource_id: int) -> Answer:
    """Hide a resource, with a reason."""
    person = _signed_in()
    resource = queries.get_for(db, person, resource_id, Permission.CHANGE)
    form = forms.WithdrawForm()
    if form.validate_on_submit():
        actions.withdraw(db, person, resource, form.reason.data)
        flash("Withdrawn. Only its organization and the coordinator still see it; you can restore it here.")
        return redirect(url_for(".show", resource_id=resource_id))
    page = render_template("library/withdraw.html", resource=resource, form=form)
    return page if request.method == "GET" else (page, 422)


@bp.post("/resources/<int:resource_id>/restore")
def restore(resource_id: int) -> Response:
    """Show a withdrawn resource again."""
    person = _signed_in()
    actions.restore(db, person, queries.get_for(db, person, resource_id, Permission.CHANGE))
    flash("Restored. Everyone whom its audience names finds it again.")
    return redirect(url_for(".show", resource_id=resource_id))


@bp.post("/resources/<int:resource_id>/read-again")
def read_again(resource_id: int) -> Response:
    """Let the worker read the current revision once more."""
    person = _signed_in()
    actions.read_again(db, person, queries.get_for(db, person, resource_id, Permission.CHANGE))
    flash("The hub reads it again; this takes a few seconds.")
    return redirect(url_for(".show", resource_id=resource_id))


def _signed_in() -> Person:
    """The person; views that aren't public have one."""
    person = web.signed_in()
    if person is None:
        raise NotFound
    return person  # type: ignore[no-any-return]
