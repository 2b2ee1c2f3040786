"""Pictures of pages, and texts set as HTML: derived from originals, kept beside them, may be deleted at any time."""
