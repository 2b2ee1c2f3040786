"""What the crawler of tests/test_every_route.py knows: the people, the things in addresses, and who may open what."""
