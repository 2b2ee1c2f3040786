"""Search for resources and the pages in them."""
