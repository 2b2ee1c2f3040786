"""Talking to providers of single sign-on: the only requests that the hub sends to another server over HTTP."""
