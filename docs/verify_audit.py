#!/usr/bin/env python3
"""Check that an event is in the record, with nothing of Reviewer: `verify_audit.py PROOF.json JWKS.json`.

PROOF is what `reviewer audit prove` prints or `GET /api/v1/record/{seq}/proof` answers; JWKS the public keys
from `/.well-known/jwks.json`, kept since before. Needs Python 3.9 and the package cryptography.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed_head(token: str, keys: dict) -> dict:
    """The claims of the head, if one of the keys has signed it (JWS, RFC 7515; Ed25519, RFC 8032)."""
    header, payload, signature = token.split(".")
    said = json.loads(decoded(header))
    if said.get("alg") != "Ed25519" or said.get("typ") != "audit-head+jwt":
        raise ValueError("this is not a signed head")
    key = next((key for key in keys["keys"] if key["kid"] == said["kid"]), None)
    if key is None:
        raise ValueError("none of these keys has signed the head")
    public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
    public.verify(decoded(signature), f"{header}.{payload}".encode())
    return json.loads(decoded(payload))


def root_from(index: int, size: int, leaf: bytes, path: list) -> bytes:
    """The root to which a path leads from leaf `index` of `size` (RFC 9162, section 2.1.3.2)."""
    node, last, hashed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if node % 2 or node == last:
            hashed = hashlib.sha256(b"\x01" + sibling + hashed).digest()
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = hashlib.sha256(b"\x01" + hashed + sibling).digest()
        node, last = node >> 1, last >> 1
    if last or index >= size or index < 0:
        raise ValueError("the path does not lead to the root")
    return hashed


def main(proof_file: str, keys_file: str) -> None:
    proof, keys = (json.loads(Path(file).read_bytes()) for file in (proof_file, keys_file))
    head = signed_head(proof["head"], keys)
    leaf = hashlib.sha256(b"\x00" + proof["event"].encode()).digest()
    path = [bytes.fromhex(step) for step in proof["path"]]
    if root_from(proof["index"], head["size"], leaf, path).hex() != head["root"]:
        raise ValueError("the event is not what was signed")
    seq = json.loads(proof["event"])["seq"]
    sys.stdout.write(f"Event {seq} is in the record of {head['size']} events that {head['iss']} signed.\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except (ValueError, KeyError, TypeError, InvalidSignature, OSError) as error:
        sys.exit(f"Not proven: {error or type(error).__name__}")
