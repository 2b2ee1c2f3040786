"""Session cookies, signed with the hub's secret key, and readable with the former ones for as long as these work."""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from hub.core.db import Database


class SessionCookies(SecureCookieSessionInterface):
    """Flask's session cookies. Unlike with ``SECRET_KEY_FALLBACKS``, a key stops working while the process runs."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Return the serializer of the cookie; the last of its keys signs."""
        database: Database = app.extensions["hub-database"]
        return URLSafeTimedSerializer(
            [*reversed(database.config.secret_keys)],
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )
