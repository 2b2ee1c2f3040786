"""Numbers as people read them, on pages and in messages. Pure."""


def plural(count: int, one: str, many: str = "") -> str:
    """``1 page``, ``2,000 pages``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
