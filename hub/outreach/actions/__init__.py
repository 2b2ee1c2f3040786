"""Actions on share links, packs, stakeholders and log addresses."""
