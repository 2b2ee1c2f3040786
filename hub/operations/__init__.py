"""Running the hub: health, figures for monitoring, backup and restore."""
