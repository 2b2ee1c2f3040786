"""Previews: pictures of pages, and formatted texts as HTML. Derived from originals; may be deleted at any time."""
