"""The pages of search, by what people come for."""

from hub.search.routes import feeds, finding, glossary, keeping, peers, reading, suggesting  # noqa: F401 - each adds its pages
from hub.search.routes.blueprint import bp

__all__ = ["bp"]
