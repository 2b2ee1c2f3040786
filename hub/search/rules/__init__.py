"""The rules of search: the tokenizer, the query parser, the glossary, and how snippets are cut. Pure."""
