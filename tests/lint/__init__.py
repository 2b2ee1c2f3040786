"""Style checks that no packaged tool makes; `make check` runs them."""
