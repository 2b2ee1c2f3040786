"""The rules of calls: when they are, who was there, who presents. Pure."""
