"""Resources, their revisions and files, and the data derived from them."""
