"""The pages of sharing, by what people come for."""
