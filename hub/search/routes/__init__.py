"""The routes of search: results, suggestions, saved searches and feeds, glossary, peers."""
