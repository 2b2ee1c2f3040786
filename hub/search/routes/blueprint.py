"""The blueprint of search, and the search request that a URL holds."""

from flask import Blueprint, request

from hub.search.rules import addresses as addresses_rules
from hub.search.rules.addresses import SearchRequest
from hub.search.rules.results import Query

bp = Blueprint("search", __name__)


def search_request() -> SearchRequest:
    """Return the search request in the URL's query string."""
    return addresses_rules.parse(request.args.items(multi=True))


def query_of(search: SearchRequest) -> Query:
    """Return the query that a search request stands for."""
    return Query(search.text, search.filters, search.sort, search.page, exact=search.exact)
