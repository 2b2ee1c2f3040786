"""How many SQL statements each page takes, and a hub that has many of everything."""
