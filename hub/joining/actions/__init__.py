"""Actions on applications: of their applicants, and of the board."""
