"""What search gives: results for a person, and what the index must stand for."""

from hub.search.queries.results import FILTERS, SORTS, Facet, Hit, Query, Results, as_json, search
from hub.search.queries.rows import marks, signature, stamps

__all__ = ["FILTERS", "SORTS", "Facet", "Hit", "Query", "Results", "as_json", "marks", "search", "signature", "stamps"]
