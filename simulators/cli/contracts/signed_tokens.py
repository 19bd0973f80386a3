"""The JWTs in a contract, signed anew: a contract cannot know the secret of the service that is verified."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

TOKEN = re.compile(r"([\w-]+)\.([\w-]+)\.[\w-]+")
ALGORITHM = "HS256"


def sign_anew(text: str, secret: str) -> str:
    """Return the text with every HS256 token in it signed by this secret; whatever else it holds stays as it is."""
    return TOKEN.sub(lambda found: _sign(found, secret), text)


def _sign(found: re.Match[str], secret: str) -> str:
    if not _is_known(found[1]):
        return found[0]
    claims = f"{found[1]}.{found[2]}"
    signature = hmac.digest(secret.encode(), claims.encode(), hashlib.sha256)
    return f"{claims}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def _is_known(head: str) -> bool:
    try:
        written = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return False
    return isinstance(written, dict) and written.get("alg") == ALGORITHM
