"""The texts of the demo world's resources, by theme. All organizations, people, and figures are invented."""
