"""Data that the worker derives from originals: page texts, previews, excerpts. All of it may be deleted at any time."""
