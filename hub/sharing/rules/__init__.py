"""The rules of sharing: standings, evidence, next steps, reminders and audit packets. Pure."""
