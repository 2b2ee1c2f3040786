"""Searches as Atom feeds (RFC 4287). The token in a feed's URL stands for the person who created it."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, request, url_for
from lxml import etree
from werkzeug.wrappers import Response as WsgiResponse

from hub.core import web
from hub.core.text import clean
from hub.core.web import db
from hub.search.models import SearchFeed
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.queries.news import NewResource
from hub.search.routes.blueprint import bp
from hub.search.rules import addresses as addresses_rules

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50


@bp.get("/feeds/<token>")
@web.public
def feed(token: str) -> WsgiResponse:
    """Answer with the newest resources of a search that the feed's owner may open now.

    The path's ``<token>`` is a secret, so the log has only the pattern of such paths.
    """
    search_feed = searches_queries.feed_by_token(db, token)
    query = news_queries.query_of(search_feed.address)
    new_resources = news_queries.newest_of(db, search_feed.person, query, ENTRIES)
    web.store_nowhere()
    response = Response(_atom(search_feed, new_resources), mimetype="application/atom+xml")
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    return response.make_conditional(request)


def _atom(search_feed: SearchFeed, new_resources: Sequence[NewResource]) -> bytes:
    search = addresses_rules.parse_saved(search_feed.address)
    name = f"{search.text or 'New resources'} – {web.config().HUB_NAME}"
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    # Not the feed's URL: that is a secret, and an Atom id must never change.
    _add(root, "id", _absolute(f"/feeds#{search_feed.id}"))
    _add(root, "title", name)
    updated = max((new_resource.changed_at for new_resource in new_resources), default=search_feed.created_at)
    _add(root, "updated", _rfc3339(updated))
    own_url = url_for(".feed", token=search_feed.token)
    _add(root, "link", rel="self", type="application/atom+xml", href=_absolute(own_url))
    page = url_for(".results") + (f"?{search_feed.address}" if search_feed.address else "")
    _add(root, "link", rel="alternate", type="text/html", href=_absolute(page))
    _add(_add(root, "author"), "name", web.config().HUB_NAME)
    for new_resource in new_resources:
        _add_entry(root, new_resource)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _add_entry(root: etree._Element, new_resource: NewResource) -> None:
    address = _absolute(url_for("library.show", resource_id=new_resource.resource))
    entry = _add(root, "entry")
    _add(entry, "id", address)
    _add(entry, "title", new_resource.title)
    _add(entry, "updated", _rfc3339(new_resource.changed_at))
    _add(entry, "published", _rfc3339(new_resource.added_at))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(_add(entry, "author"), "name", new_resource.organization_name)
    _add(entry, "category", term=new_resource.kind.value, label=new_resource.kind.label)
    _add(entry, "summary", new_resource.summary or f"{new_resource.kind.label} from {new_resource.organization_name}")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        element.text = clean(text)  # XML allows no control characters
    return element


def _absolute(address: str) -> str:
    return web.config().BASE_URL + address


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
