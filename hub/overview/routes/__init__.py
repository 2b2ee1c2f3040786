"""Routes of the pages that combine data of several rooms."""
