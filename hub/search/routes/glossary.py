"""The glossary: everyone who is signed in reads it; the coordinator edits it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hub.core import versions
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.web import Answer, db
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.search import actions as search_actions
from hub.search.forms import EntryForm
from hub.search.models import GlossaryEntry
from hub.search.queries import glossary as glossary_queries
from hub.search.routes.blueprint import bp


@bp.get("/glossary")
def glossary() -> str:
    """Show all entries, with who last edited each, and when."""
    return render_template("search/glossary.html", entries=glossary_queries.entries(db))


@bp.route("/glossary/new", methods=["GET", "POST"])
@once
def new_entry() -> Answer:
    """Add an entry."""
    person = signed_in(Permission.EDIT_GLOSSARY)
    form, refused = EntryForm(), ""
    if form.validate_on_submit():
        try:
            added = search_actions.add_entry(db, person, form.wording())
        except Refused as error:
            refused = str(error)
        else:
            flash(f"“{added.name}” added. Searches use it now.")
            return redirect(url_for(".glossary"))
    return _form_page(form, None, refused)


@bp.route("/glossary/<int:entry_id>/edit", methods=["GET", "POST"])
def edit_entry(entry_id: int) -> Answer:
    """Edit an entry."""
    person = signed_in(Permission.EDIT_GLOSSARY)
    versions.hold(GlossaryEntry, id=entry_id)
    entry = glossary_queries.entry_for(db, person, entry_id)
    form, refused = _entry_form(entry), ""
    if form.validate_on_submit():
        try:
            search_actions.edit_entry(db, person, entry, form.wording())
        except Refused as error:
            refused = str(error)
        else:
            flash("Changes saved. Searches use them now.")
            return redirect(url_for(".glossary"))
    return _form_page(form, entry, refused)


@bp.post("/glossary/<int:entry_id>/remove")
def remove_entry(entry_id: int) -> Answer:
    """Remove an entry."""
    person = signed_in(Permission.EDIT_GLOSSARY)
    versions.hold(GlossaryEntry, id=entry_id)
    entry = glossary_queries.entry_for(db, person, entry_id)
    form = _entry_form(entry, formdata=None)
    if not form.is_current():
        return _form_page(form, entry, "This entry has changed since you opened it. Check it again, then remove it.")
    search_actions.remove_entry(db, person, entry)
    flash(f"“{entry.name}” removed from the glossary.")
    return redirect(url_for(".glossary"))


def _entry_form(entry: GlossaryEntry, **named: Any) -> EntryForm:
    form = EntryForm(obj=entry, **named)
    form.edits(entry, logged_as=("edited glossary entry", "added glossary entry"))
    return form


def _form_page(form: EntryForm, entry: GlossaryEntry | None, refused: str) -> Answer:
    page = render_template("search/glossary_entry.html", form=form, entry=entry, refused=refused)
    return page if request.method != "POST" else (page, 422)
