"""A search as an Atom feed (RFC 4287): the token in its address stands for the person who made it."""

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
from hub.search.queries.news import Newcomer
from hub.search.routes.blueprint import bp
from hub.search.rules import addresses as addresses_rules

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50


@bp.get("/feeds/<token>")
@web.public
def feed(token: str) -> WsgiResponse:
    """The resources of a search that came last, of those that the feed's person may open now.

    The path's ``<token>`` is a secret: such paths are logged by their pattern alone.
    """
    found = searches_queries.feed_by_token(db, token)
    newcomers = news_queries.newest_of(db, found.person, news_queries.query_of(found.address), ENTRIES)
    answer = Response(_atom(found, newcomers), mimetype="application/atom+xml")
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    return answer.make_conditional(request)


def _atom(found: SearchFeed, newcomers: Sequence[Newcomer]) -> bytes:
    asked = addresses_rules.opened(found.address)
    name = f"{asked.text or 'New resources'} – {web.config().HUB_NAME}"
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    # The address of a feed is a secret and may be made anew; what it is called stays.
    _add(root, "id", _absolute(f"/feeds#{found.id}"))
    _add(root, "title", name)
    _add(root, "updated", _moment(max((one.changed_at for one in newcomers), default=found.created_at)))
    _add(root, "link", rel="self", type="application/atom+xml", href=_absolute(url_for(".feed", token=found.token)))
    page = url_for(".results") + (f"?{found.address}" if found.address else "")
    _add(root, "link", rel="alternate", type="text/html", href=_absolute(page))
    _add(_add(root, "author"), "name", web.config().HUB_NAME)
    for one in newcomers:
        _add_entry(root, one)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _add_entry(root: etree._Element, one: Newcomer) -> None:
    address = _absolute(url_for("library.show", resource_id=one.resource))
    entry = _add(root, "entry")
    _add(entry, "id", address)
    _add(entry, "title", one.title)
    _add(entry, "updated", _moment(one.changed_at))
    _add(entry, "published", _moment(one.came_at))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(_add(entry, "author"), "name", one.organization_name)
    _add(entry, "category", term=one.kind.value, label=one.kind.label)
    _add(entry, "summary", one.summary or f"{one.kind.label} of {one.organization_name}")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        element.text = clean(text)  # XML holds no control characters
    return element


def _absolute(address: str) -> str:
    return web.config().BASE_URL + address


def _moment(moment: datetime) -> str:
    """Return as RFC 3339 writes it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
