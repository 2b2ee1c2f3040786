"""Files on disk: originals by their hash, parts of uploads that are under way, and the notes that name a kept file."""
