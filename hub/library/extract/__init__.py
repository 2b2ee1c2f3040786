"""Extraction of page texts from untrusted documents, in a separate process with limits."""
