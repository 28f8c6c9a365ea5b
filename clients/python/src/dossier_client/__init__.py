"""Client of Dossier: typed calls, safe retries, pages as iterators, and checks of webhooks."""

from .client import AsyncDossierClient, DossierClient
from .errors import (
    ConnectionFailed,
    DossierError,
    DossierProblem,
    NotModified,
    UnexpectedResponse,
    Violation,
    WebhookRefused,
)
from .generated.models.problem_code import ProblemCode
from .generated.models.violation_code import ViolationCode
from .result import Result
from .webhooks import Delivery, verify

__all__ = [
    "AsyncDossierClient",
    "ConnectionFailed",
    "Delivery",
    "DossierClient",
    "DossierError",
    "DossierProblem",
    "NotModified",
    "ProblemCode",
    "Result",
    "UnexpectedResponse",
    "Violation",
    "ViolationCode",
    "WebhookRefused",
    "verify",
]
