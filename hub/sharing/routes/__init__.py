"""The pages of sharing, by what people come for."""

from hub.sharing.routes import closing, declaring, links, packets, record, reports, taking  # noqa: F401 - each adds its pages
from hub.sharing.routes.blueprint import bp

__all__ = ["bp"]
