"""The pages of sharing, by what people come for."""

from hub.sharing.routes import (  # noqa: F401 - each adds its pages
    closing,
    declaring,
    incoming,
    links,
    packets,
    packs,
    packs_opened,
    reach,
    record,
    reports,
    stakeholders,
    taking,
)
from hub.sharing.routes.blueprint import bp

__all__ = ["bp"]
