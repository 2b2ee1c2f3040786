"""What the demo world's resources say, by theme. All organizations, people and figures are invented."""
