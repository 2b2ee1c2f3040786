"""Pages that read several rooms, by what people come for."""

from hub.overview.routes import (  # noqa: F401 - each adds its pages
    account,
    applying,
    deciding,
    outbox,
    pages,
    plan,
    reports,
    setup,
    styleguide,
)
from hub.overview.routes.blueprint import bp

__all__ = ["bp"]
