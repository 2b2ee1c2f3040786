"""The rules of sharing: what counts, what comes next, what may be said. Pure."""
