"""Resources, their revisions and files, and what is derived from them."""
