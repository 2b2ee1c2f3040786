"""What the worker makes of originals: page texts, previews, excerpts. All of it may be deleted at any time."""
