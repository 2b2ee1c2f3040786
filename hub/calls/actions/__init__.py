"""Changes to calls: scheduling, attendance, attendance reports, presentations."""
