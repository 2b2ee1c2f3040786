"""Pages that read several rooms, by what people come for."""

from hub.overview.routes import account, applying, deciding, outbox, pages, plan, reports  # noqa: F401 - each adds its pages
from hub.overview.routes.blueprint import bp

__all__ = ["bp"]
