"""The queries of search: results, suggestions, news, peers, and whether the index is up to date."""
