"""The health check and the figures for monitoring."""
