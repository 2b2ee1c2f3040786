"""Search's rules: what a word is, how a query is read, and which passage of a page is shown. Pure.

`words` turns text into terms, `question` reads what a person typed, `passages` picks the page and the snippet.
"""
