"""Reading untrusted documents into pages of text, in a process of its own with limits."""
