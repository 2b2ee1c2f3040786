"""Pictures of pages, and texts set as HTML: derived from originals, kept beside them, may be deleted at any time.

The worker makes what every page needs (`catch_up`); the large picture of a page is made when it is first asked for
(`picture`). Files are opened in the limited helper process alone.
"""

from hub.library.derive.previews.making import PREVIEW_VERSION, catch_up, forget
from hub.library.derive.previews.shelf import LARGE, SMALL
from hub.library.derive.previews.showing import Shown, drawn_from, picture, set_text, shown, thumbnail
from hub.library.extract import Busy

__all__ = [
    "LARGE",
    "PREVIEW_VERSION",
    "SMALL",
    "Busy",
    "Shown",
    "catch_up",
    "drawn_from",
    "forget",
    "picture",
    "set_text",
    "shown",
    "thumbnail",
]
