"""Sharing that the hub logs automatically: share links, packs, stakeholders and log addresses."""
