"""create_app(config): wires rooms to Flask; nothing else."""

from flask import Flask

from config import ROOT, Config
from hub.calls import routes as calls
from hub.core import log, web
from hub.core.db import Database
from hub.library import api as uploads
from hub.library import routes as library
from hub.members import login
from hub.members import routes as members
from hub.overview import routes as overview
from hub.search import routes as search
from hub.sharing import routes as sharing

ROOMS = (overview.bp, members.bp, library.bp, uploads.bp, search.bp, sharing.bp, calls.bp)


def create_app(config: Config | None = None, database: Database | None = None) -> Flask:
    """The hub's web application; without ``config`` the settings of the environment hold.

    Raises WrongSettingError with one sentence when a setting can't be used.
    """
    config = config or Config.load()
    log.set_up(config.LOG_FORMAT, config.LOG_LEVEL)
    app = Flask("hub", root_path=str(ROOT), template_folder="templates", static_folder="static")
    web.init(app, config, database or Database(config))
    login.init(app)
    for room in ROOMS:
        app.register_blueprint(room)
    return app
