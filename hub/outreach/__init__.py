"""Ways of sharing that write into the record: links, packs, stakeholders, the log address."""
