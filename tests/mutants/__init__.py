"""Mutation tests: small believable mistakes, each with the test that must notice it. ``make mutants`` plants them."""
