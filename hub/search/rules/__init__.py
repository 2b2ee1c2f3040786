"""The rules of search: what a word is, how a question is read, and which passage of a page is shown. Pure."""
