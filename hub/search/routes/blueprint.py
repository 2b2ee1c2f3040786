"""What every page of search starts with: the blueprint, and what the address asks."""

from flask import Blueprint, request

from hub.search.rules import addresses as addresses_rules
from hub.search.rules.addresses import Asked
from hub.search.rules.results import Query

bp = Blueprint("search", __name__)


def asked() -> Asked:
    """Return the question in the address."""
    return addresses_rules.read(request.args.items(multi=True))


def query_of(one: Asked) -> Query:
    """Return a question as search takes it."""
    return Query(one.text, one.filters, one.sort, one.page, exact=one.exact)
