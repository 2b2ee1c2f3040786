"""What is made where several rooms meet: the text of evidence, and the letters that are written."""
