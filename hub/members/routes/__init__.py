"""Pages of members: signing in, organizations and their people."""

from hub.members.routes import account, links, organizations, people, signing_in
from hub.members.routes.blueprint import bp

__all__ = ["account", "bp", "links", "organizations", "people", "signing_in"]
