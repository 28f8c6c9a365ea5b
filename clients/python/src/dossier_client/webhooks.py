"""Checks that a delivery is Dossier's."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .errors import WebhookRefused
from .generated.models.event_message import EventMessage

Keys = str | Sequence[str]


@dataclass(frozen=True)
class Delivery:
    """A delivery whose signatures are right."""

    id: str
    """The same for every attempt: deduplicate by it."""
    sent_at: datetime
    event: EventMessage = field(repr=False)


def verify(
    headers: Mapping[str, str],
    body: bytes | str,
    *,
    secret: Keys = (),
    api_key: Keys = (),
    tolerance: float = 300,
    now: float | None = None,
) -> Delivery:
    """Returns the event of a delivery, or raises `WebhookRefused`.

    `body` is the body as it arrived, before it was parsed. `secret` is what the registration returned (`whsec_…`), for
    `webhook-signature`. `api_key` is the key that registered the endpoint, for `x-hmac-signature`. Each that you give
    must be right. While you change one, give the old and the new value. With `api_key` alone, a captured delivery can
    be sent to you again, because `x-hmac-signature` covers no time.

    `tolerance` is how many seconds ago a delivery may have been sent, and `now` the time in seconds since 1970.
    """
    secrets, api_keys = listed(secret), listed(api_key)
    if not secrets and not api_keys:
        raise ValueError("verify needs the secret of the endpoint, or the API key that registered it")
    given = {name.lower(): value for name, value in headers.items()}
    content = body.encode() if isinstance(body, str) else body
    id, sent = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not id or not re.fullmatch(r"[0-9]{1,12}", sent):
        raise WebhookRefused("the delivery has no webhook-id or no webhook-timestamp")
    if not abs((time.time() if now is None else now) - int(sent)) <= tolerance:
        raise WebhookRefused("the delivery is too old, or a clock is wrong")
    if secrets:
        message = f"{id}.{sent}.".encode() + content
        expected = [f"v1,{base64.b64encode(digest(decoded(one), message)).decode()}" for one in secrets]
        if not equal_any(expected, given.get("webhook-signature", "").split(" ")):
            raise WebhookRefused("webhook-signature is wrong")
    if api_keys:
        # While a rolled key and its successor both work, the second is of the successor.
        signatures = [given.get("x-hmac-signature", ""), given.get("x-hmac-signature-next", "")]
        if not equal_any([digest(one.encode(), content).hex() for one in api_keys], signatures):
            raise WebhookRefused("x-hmac-signature is wrong")
    event = EventMessage.from_dict(json.loads(content))
    return Delivery(id, datetime.fromtimestamp(int(sent), UTC), event)


def listed(keys: Keys) -> Sequence[str]:
    keys = [keys] if isinstance(keys, str) else keys
    if not all(keys):
        raise ValueError("a secret or an API key is empty")
    return keys


def decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("a secret is not whsec_ and base64") from None


def digest(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def equal_any(expected: Sequence[str], given: Sequence[str]) -> bool:
    """Whether a signature is one of the expected. The time says nothing about how much of it is right."""
    return any([hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given])
