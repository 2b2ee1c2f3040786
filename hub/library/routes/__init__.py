"""Pages of the library: add, read, change."""

from hub.library.routes import adding, changing, reading
from hub.library.routes.blueprint import bp
from hub.library.routes.reading import as_picture, drawn

__all__ = ["adding", "as_picture", "bp", "changing", "drawn", "reading"]
