"""What search gives: results for a person, suggestions, news, and what the index must stand for."""
