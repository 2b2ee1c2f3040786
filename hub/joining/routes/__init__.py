"""Pages of joining, for applicants and the Advisory Board."""
