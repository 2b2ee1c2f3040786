"""The rules of members: who takes part, and who may do what. Pure."""
