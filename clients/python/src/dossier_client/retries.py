"""When a request is sent again."""

import random
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from .errors import DossierProblem, ResponseError

FIRST_WAIT = 0.5
LONGEST_WAIT = 20.0


@dataclass(frozen=True)
class Retries:
    """At most so many attempts, of which none begins after so many seconds."""

    max_attempts: int
    max_seconds: float

    def wait(self, attempt: int, elapsed: float, error: ResponseError | None) -> float | None:
        """The seconds to wait after an attempt that failed; `None` if it was the last. Without a response, the
        connection failed."""
        if attempt >= self.max_attempts or (error is not None and not is_temporary(error)):
            return None
        backoff: float = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
        asked = retry_after(error.headers.get("Retry-After", "")) if error else None
        # Clients that were refused together must not come back together.
        jitter = random.random() * backoff / 2
        wait = (backoff / 2 if asked is None else asked) + jitter
        return wait if elapsed + wait <= self.max_seconds else None


def retry_after(value: str) -> float | None:
    """The seconds that a `Retry-After` asks for, which has a number or a date."""
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def is_temporary(error: ResponseError) -> bool:
    """Whether the same request can succeed later. A quota lasts longer than any client should wait."""
    if isinstance(error, DossierProblem) and error.code == "quota_exceeded":
        return False
    return error.status in (408, 429) or error.status >= 500
