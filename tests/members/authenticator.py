"""An authenticator in software, written from the WebAuthn specification (Level 2), that makes and uses a passkey."""

import base64
import json
import os
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from bs4 import BeautifulSoup
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40  # flags of the authenticator data (section 6.1)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Authenticator:
    """One passkey. ``verifies``: it asks for a PIN or a finger."""

    origin: str = "http://localhost:8000"
    verifies: bool = True
    counts: bool = True  # synced passkeys always send 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))
    count: int = 0

    @property
    def public_key(self) -> bytes:
        """The public key as COSE_Key in CBOR: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}."""
        numbers = self.key.public_key().public_numbers()
        coordinates = b"\x21\x58\x20" + numbers.x.to_bytes(32, "big") + b"\x22\x58\x20" + numbers.y.to_bytes(32, "big")
        return b"\xa5\x01\x02\x03\x26\x20\x01" + coordinates

    def make(self, options: dict[str, Any]) -> str:
        """Return the answer to ``navigator.credentials.create()``, as the hub's script writes it."""
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self.public_key
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        # A CBOR map: fmt is "none", attStmt is empty, authData is the data.
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        client_data = self._client_data("webauthn.create", options["challenge"])
        return self._answer({"attestationObject": encoded(attestation), "clientDataJSON": encoded(client_data)})

    def sign(self, options: dict[str, Any]) -> str:
        """Return the answer to ``navigator.credentials.get()``."""
        data = self._data(options["rpId"])
        client_data = self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "authenticatorData": encoded(data),
                "clientDataJSON": encoded(client_data),
                "signature": encoded(signature),
            }
        )

    def _data(self, party: str, flags: int = 0) -> bytes:
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return sha256(party.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        number = encoded(self.credential_id)
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response})


def asked(page: str) -> tuple[str, str, dict[str, Any]]:
    """Return what the passkey form of a page asks for: its address, its token and its options."""
    form = BeautifulSoup(page, "lxml").select_one("form[data-passkey]")
    assert form
    token = form.select_one("input[name=token]")
    assert token
    return str(form["action"]), str(token["value"]), json.loads(str(form["data-options"]))
