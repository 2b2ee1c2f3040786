"""The pages of joining: the applicant's, and the board's."""
