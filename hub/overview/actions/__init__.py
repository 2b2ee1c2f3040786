"""What is written where several rooms meet: the first run, applications to join, and mail that goes out by itself."""
