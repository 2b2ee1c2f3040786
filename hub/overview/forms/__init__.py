"""What people fill in where several rooms meet."""
