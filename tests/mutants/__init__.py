"""Mutation tests: small realistic bugs, each with the tests that must fail. Run them with ``make mutants``."""
