"""What a call returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T", covariant=True)


@dataclass(frozen=True)
class Result(Generic[T]):
    """A response of the server. Its data is personal, so printing a result does not show it."""

    data: T = field(repr=False)
    status: int
    headers: Mapping[str, str] = field(repr=False)
    """The headers. Their names can be looked up in any case."""

    @property
    def etag(self) -> str | None:
        """The version of the customer, for `if_match`."""
        return self.headers.get("ETag")

    @property
    def request_id(self) -> str | None:
        """The id of the request in the log and in the audit trail of the server."""
        return self.headers.get("X-Request-Id")

    @property
    def is_replayed(self) -> bool:
        """Whether an earlier request with the same idempotency key had taken effect already."""
        return self.headers.get("Idempotent-Replayed") == "true"

    @property
    def warning(self) -> str | None:
        """What the server warns of, such as a person with evidence who was left out of a PUT."""
        return self.headers.get("Dossier-Warning")
