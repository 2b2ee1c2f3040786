"""The pages of search, by what people come for."""
