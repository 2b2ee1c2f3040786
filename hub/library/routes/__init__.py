"""The library's pages: adding, reading and editing resources."""
