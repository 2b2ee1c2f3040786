"""Queries for calls, attendance, and presentations."""
