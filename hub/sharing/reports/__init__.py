"""Documents that are made from the record: reports and audit packets. All can be made again."""
