"""Saved searches, feeds and recent searches: a person's own, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from hub.core import versions, web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.versions import Edit, Part
from hub.core.web import Answer, db
from hub.members.login import signed_in
from hub.members.models import Organization
from hub.search import actions as search_actions
from hub.search import forms as search_forms
from hub.search.models import SavedSearch, SearchFeed
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.routes.blueprint import bp
from hub.search.rules import addresses as addresses_rules


@dataclass(frozen=True)
class Line:
    """A saved search or feed with its description."""

    search: SavedSearch | SearchFeed
    text: str
    filters: str
    address: str  # of its results
    new: int = 0


@bp.get("/searches")
def searches() -> str:
    """Show the person's saved searches, feeds and recent searches."""
    return _page(search_forms.RenameForm(formdata=None))


def _page(form: search_forms.RenameForm, renamed: int = 0, refused: str = "", edit: Edit | None = None) -> str:
    person = signed_in()
    saved, feeds = searches_queries.saved_of(db, person), searches_queries.feeds_of(db, person)
    edits = {search.id: _name_edit(search) for search in saved}
    if edit:
        edits[renamed] = edit
    return render_template(
        "search/searches.html",
        saved=lines_of(saved, news_queries.new_in(db, person, saved)),
        feeds=lines_of(feeds),
        feed_address=_feed_address,
        recent=searches_queries.recent_of(db, person.id),
        form=form,
        renamed=renamed,
        edits=edits,
        refused=refused,
    )


def lines_of(searches: Sequence[SavedSearch | SearchFeed], new: Mapping[int, int] | None = None) -> Sequence[Line]:
    """Return saved searches or feeds with their descriptions; ``new`` has the number of new resources by id."""
    parsed = [addresses_rules.parse_saved(search.address) for search in searches]
    names: dict[str, str] = {}
    if any("organization" in details.filters for details in parsed):
        names = {row.slug: row.name for row in db.execute(select(Organization.slug, Organization.name))}
    return [
        Line(
            search,
            details.text,
            addresses_rules.describe_filters(details, names),
            _results_url(search.address),
            (new or {}).get(search.id, 0),
        )
        for search, details in zip(searches, parsed, strict=True)
    ]


def _results_url(address: str) -> str:
    return url_for("search.results") + (f"?{address}" if address else "")


def _feed_address(feed: SearchFeed) -> str:
    return web.config().BASE_URL + url_for(".feed", token=feed.token)


@bp.post("/searches")
@once
def save() -> Answer:
    """Save the search that was on the page, and go back to it."""
    form = search_forms.SaveForm()
    address = search_actions.search_address_of(form.address.data or "")
    try:
        saved = search_actions.save_search(db, signed_in(), form.name.data or "", address, tells=form.tells.data)
    except Refused as error:
        flash(str(error), "danger")
        return redirect(_results_url(address))
    flash(f"Saved as “{saved.name}”. Find it on your home page and under “Your searches.”")
    return redirect(_results_url(address))


@bp.post("/searches/<int:saved_id>/name")
def rename(saved_id: int) -> Answer:
    """Rename a saved search."""
    versions.hold(SavedSearch, id=saved_id)
    saved = searches_queries.saved_for(db, signed_in(), saved_id)
    form = search_forms.RenameForm()
    edit = _name_edit(saved, form.name.data or "")
    if not edit.is_safe():
        return _page(form, saved_id, edit=edit), 422
    try:
        search_actions.rename_search(saved, form.name.data or "")
    except Refused as error:
        return _page(form, saved_id, str(error), edit), 422
    flash(f"Renamed to “{saved.name}”.")
    return redirect(url_for(".searches"))


def _name_edit(saved: SavedSearch, typed: str | None = None) -> Edit:
    """Return the edit of a name; without ``typed`` its form wasn't submitted."""
    part = Part.of_texts("Name", saved.name, saved.name if typed is None else typed)
    return Edit(saved, f"Saved search “{saved.name}”", [part], page=url_for(".searches"), submitted=typed is not None)


@bp.post("/searches/<int:saved_id>/tell")
def tell(saved_id: int) -> Answer:
    """Turn notifications for a saved search on or off (``tells=yes`` or ``no``)."""
    saved = searches_queries.saved_for(db, signed_in(), saved_id)
    search_actions.set_notifications(saved, tells=request.form.get("tells") == "yes")
    flash(
        f"You’ll be notified about new resources in “{saved.name}”."
        if saved.tells
        else f"Notifications for “{saved.name}” are off."
    )
    return redirect(url_for(".searches"))


@bp.post("/searches/<int:saved_id>/delete")
def delete(saved_id: int) -> Answer:
    """Delete a saved search."""
    saved = searches_queries.saved_for(db, signed_in(), saved_id)
    search_actions.delete_search(db, saved)
    flash(f"Deleted “{saved.name}”.")
    return redirect(url_for(".searches"))


@bp.post("/searches/feeds")
@once
def make_feed() -> Answer:
    """Create a feed of the search that was on the page."""
    try:
        feed = search_actions.create_feed(db, signed_in(), request.form.get("address", ""))
    except Refused as error:
        flash(str(error), "danger")
        return redirect(url_for(".searches"))
    db.flush()
    return redirect(url_for(".searches", _anchor=f"feed-{feed.id}"))


@bp.post("/searches/feeds/<int:feed_id>/revoke")
def revoke_feed(feed_id: int) -> Answer:
    """Close a feed."""
    person = signed_in()
    search_actions.revoke_feed(db, person, searches_queries.feed_for(db, person, feed_id))
    flash("Feed closed. Its address no longer works.")
    return redirect(url_for(".searches"))


@bp.post("/searches/recent/clear")
def clear_recent() -> Answer:
    """Clear the person's recent searches."""
    search_actions.clear_recent(db, signed_in())
    flash("Recent searches cleared.")
    return redirect(url_for(".searches"))
