"""Joining the alliance: interest, application, evidence, votes, decision."""
