"""What changes links, packs, stakeholders and log addresses."""
