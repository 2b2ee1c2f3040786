"""The AMCC Resource Hub: store, find, take, share and confirm what an alliance knows."""

__version__ = "0.7.0"
