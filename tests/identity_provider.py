"""A small OpenID Connect provider on loopback, a process of its own, that can be told to do wrong.

    python tests/identity_provider.py      # prints its issuer, then serves until it is ended

`POST /told` with JSON sets who signs in (`claims`) and what the next ID tokens do wrong (`wrong`).
"""

import base64
import hashlib
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "reviewer", "a secret of the tests"
KEY, STRANGER = (ECKey.generate_key("P-256", {"kid": "one"}) for _ in range(2))


class Provider(BaseHTTPRequestHandler):
    """Discovery, authorization (nobody is asked), token, keys."""

    told: dict[str, Any] = {"claims": {"sub": "s-1"}, "wrong": ""}  # noqa: RUF012  # one provider a process
    codes: dict[str, dict[str, str]] = {}  # noqa: RUF012
    asked: list[dict[str, str]] = []  # noqa: RUF012

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/jwks",
                }
            )
        elif parts.path == "/jwks":
            self._json({"keys": [KEY.as_dict(private=False)]})
        elif parts.path == "/asked":
            self._json(self.asked)
        elif parts.path == "/authorize":
            self.asked.append(asked)
            code = secrets.token_urlsafe()
            self.codes[code] = asked
            self.send_response(302)
            back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self._json({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/told":
            self.told.update(json.loads(body))
            self._json({})
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(form.get("code", ""), None)  # a code opens once
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        basic_quoted = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        right = (
            asked is not None
            and self.headers["Authorization"] in (f"Basic {basic}", f"Basic {basic_quoted}")
            and asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form["redirect_uri"]
        )
        if not right:
            self._json({"error": "invalid_grant"}, 400)
            return
        assert asked is not None
        token = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer"}
        self._json({**token, "id_token": self._id_token(asked)})

    def _id_token(self, asked: dict[str, str]) -> str:
        wrong, now = self.told["wrong"], int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked.get("nonce"),
            **self.told["claims"],
        }
        match wrong:
            case "nonce":
                claims["nonce"] = "another"
            case "no nonce":
                del claims["nonce"]
            case "audience":
                claims["aud"] = "another client"
            case "several audiences":
                claims["aud"] = [CLIENT, "another client"]
            case "issuer":
                claims["iss"] = "https://somebody.example"
            case "expired":
                claims |= {"iat": now - 4000, "exp": now - 3000}
            case "no subject":
                claims["sub"] = ""
            case "none":
                parts = ({"alg": "none"}, claims)
                return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."
            case "shared secret":
                public = json.dumps(KEY.as_dict(private=False)).encode()
                return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(public))
            case "altered":
                head, _body, tail = jwt.encode({"alg": "ES256", "kid": "one"}, claims, KEY).split(".")
                claims["sub"] = "somebody else"
                return f"{head}.{_encoded(json.dumps(claims).encode())}.{tail}"
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, STRANGER if wrong == "key" else KEY)

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests say what went wrong."""


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201  # who started it reads it
    server.serve_forever()
