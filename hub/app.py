"""The Flask application factory."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint, Flask

from config import ROOT, Config
from hub.core import application, log, once, web
from hub.core.db import Database
from hub.library import uploads
from hub.members import login

# The rooms that have pages, in their module or package `routes`.
ROOMS = ("overview", "operations", "members", "library", "search", "sharing", "outreach", "calls", "joining")


def create_app(config: Config | None = None, database: Database | None = None) -> Flask:
    """Return the hub's web application; without ``config``, the settings come from the environment.

    Raises WrongSettingError if a setting is invalid.
    """
    config = config or Config.load()
    log.set_up(config.LOG_FORMAT, config.LOG_LEVEL)
    app = application.Hub("hub", root_path=str(ROOT), template_folder="templates", static_folder="static")
    web.init(app, config, database or Database(config))
    login.init(app)
    for room in ROOMS:
        app.register_blueprint(_blueprint_of(room))
    app.register_blueprint(uploads.bp)
    once.init(app)
    return app


def _blueprint_of(room: str) -> Blueprint:
    """Return the room's blueprint, after importing all its route modules, which register its pages."""
    routes = import_module(f"hub.{room}.routes")
    modules = [
        import_module(info.name) for info in iter_modules(getattr(routes, "__path__", ()), f"{routes.__name__}.")
    ]
    bp: Blueprint = next(module.bp for module in (routes, *modules) if hasattr(module, "bp"))
    return bp
