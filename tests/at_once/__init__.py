"""Forms sent at once: by one person twice, and by several people."""
