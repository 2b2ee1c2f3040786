"""Finding a resource, and the page in it."""
