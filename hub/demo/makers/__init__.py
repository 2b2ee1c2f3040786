"""File makers, one for each format: each turns a cover and a text into the bytes of a real file."""
