"""A maker for each format: a resource and a day in, the bytes of a real file out."""
