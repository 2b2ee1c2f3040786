"""How an organization joins: interest, application, evidence, votes, decision."""
