"""What a call can raise."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .generated.models.problem_code import ProblemCode
from .generated.models.violation_code import ViolationCode


class DossierError(Exception):
    """Every error of this package."""


class ConnectionFailed(DossierError):
    """No response arrived, after all attempts. The cause is the error of the last one.

    Whether a write took effect is unknown. To find out, repeat it with the same `idempotency_key`.
    """

    def __init__(self, attempts: int, idempotency_key: str | None) -> None:
        super().__init__(f"no response after {attempts} attempts")
        self.attempts = attempts
        self.idempotency_key = idempotency_key


class ResponseError(DossierError):
    """A response other than 2xx."""

    def __init__(self, message: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class NotModified(ResponseError):
    """The customer or the file is still as `if_none_match` says."""


class UnexpectedResponse(ResponseError):
    """A response that is not Dossier's, for example of a proxy in between."""


class Violation(NamedTuple):
    """A broken rule, and where: a JSON Pointer into the body, or a slash and the name of a parameter."""

    pointer: str
    code: ViolationCode
    message: str


class DossierProblem(ResponseError):
    """A problem of the server's catalogue (RFC 9457).

    A newer server may send codes that `ProblemCode` does not list.
    """

    def __init__(self, members: dict[str, Any], status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"{members['code']} ({status}): {members['detail']}", status, headers)
        self.code: ProblemCode = members["code"]
        self.title: str = members["title"]
        self.detail: str = members["detail"]
        self.request_id: str = members["request_id"]
        self.violations = [
            Violation(one["pointer"], one["code"], one["message"]) for one in members.get("errors", [])
        ]
        self.members = members
        """The whole problem, with the members that only some codes have, such as `customer_id`."""


class WebhookRefused(DossierError):
    """A delivery that is not Dossier's, or that is too old. Its body must not be used."""


def error_of(status: int, headers: Mapping[str, str], content: bytes) -> ResponseError | None:
    """The error that a response is; `None` for 2xx."""
    if 200 <= status < 300:
        return None
    if status == 304:
        return NotModified("not modified", status, headers)
    if headers.get("content-type", "").startswith("application/problem+json"):
        try:
            return DossierProblem(json.loads(content), status, headers)
        except (ValueError, KeyError, TypeError):
            pass
    return UnexpectedResponse(f"unexpected response with status {status}", status, headers)
