"""What search keeps in rows."""

from hub.search.models.glossary import GlossaryEntry

__all__ = ["GlossaryEntry"]
