"""What changes calls: planning, attending, reading reports, presenting."""
