"""The rules of calls: schedule, attendance, presentations. Pure."""
