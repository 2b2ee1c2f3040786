"""Routes of the pages that read from several rooms."""
