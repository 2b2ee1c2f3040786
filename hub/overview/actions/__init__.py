"""What is written where several rooms meet: applications to join (members and the library's files)."""
