"""The pages of outreach, by what people come for."""
