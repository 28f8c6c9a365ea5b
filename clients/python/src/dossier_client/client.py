"""The client, for programs that wait and for programs that do not."""

import asyncio
import os
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, ParamSpec, Protocol, Self, TypeVar, cast
from urllib.parse import quote, urlencode

import httpx

from .errors import ConnectionFailed, UnexpectedResponse, error_of
from .generated.api import AsyncOperations, Operations
from .generated.api.files.upload_file import _parse_response as parse_uploaded
from .generated.client import Client
from .generated.models.uploaded_file import UploadedFile
from .generated.types import File
from .result import Result
from .retries import Retries
from .uploads import Content, form

T = TypeVar("T", covariant=True)
P = ParamSpec("P")


class Page(Protocol[T]):
    """A page of a list."""

    @property
    def items(self) -> Sequence[T]: ...


AnyPage = TypeVar("AnyPage", bound=Page[Any])


class Calls:
    """What both clients share: the server, the key, and when a request is sent again."""

    def __init__(
        self, base_url: str, api_key: str, max_attempts: int, max_seconds: float, timeout_seconds: float
    ) -> None:
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ValueError("an API key has only visible ASCII characters")
        if not re.match(r"https?://", base_url):
            raise ValueError("the base URL is no URL of HTTP")
        # The server prints the URL of its API with /v0, which is also in every path.
        self._http_settings: dict[str, Any] = {
            "base_url": base_url.rstrip("/").removesuffix("/v0"),
            "headers": {"Api-Key": api_key},
            "timeout": timeout_seconds,
        }
        self._retries = Retries(max_attempts, max_seconds)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._http_settings['base_url']!r})"


class Call:
    """One call: a request and its attempts."""

    def __init__(self, http: httpx.Client | httpx.AsyncClient, retries: Retries, kwargs: dict[str, Any]) -> None:
        headers = kwargs.pop("headers", {})
        if kwargs["method"] in ("post", "put", "patch"):
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        # httpx writes a space as a plus sign, which Dossier does not read as a space.
        if params := httpx.QueryParams(kwargs.pop("params", {})).multi_items():
            kwargs["url"] += f"?{urlencode(params, quote_via=quote)}"
        self.request = http.build_request(headers=headers, **kwargs)
        self.retries = retries
        self.began = time.monotonic()
        self.attempt = 0

    def response(self, response: httpx.Response, parse: Callable[..., object]) -> Result[Any] | float:
        """The result of an attempt, or how many seconds to wait before the next."""
        self.attempt += 1
        if error := error_of(response.status_code, response.headers, response.content):
            wait = self.retries.wait(self.attempt, time.monotonic() - self.began, error)
            if wait is None:
                raise error
            return wait
        try:
            data = parse(client=_NO_CLIENT, response=response)
        except (ValueError, KeyError, TypeError, AttributeError) as cause:
            # Not Dossier's, or of a server that is newer than this client.
            status, headers = response.status_code, response.headers
            raise UnexpectedResponse("a response that cannot be read", status, headers) from cause
        if isinstance(data, File):
            data = response.content
        return Result(data, response.status_code, response.headers)

    def failure(self, cause: httpx.TransportError) -> float:
        """How many seconds to wait after an attempt without a response. All that is called can be repeated: writes
        have an idempotency key, and a DELETE deletes nothing more."""
        self.attempt += 1
        # The request itself is wrong.
        if isinstance(cause, httpx.LocalProtocolError):
            raise cause
        wait = self.retries.wait(self.attempt, time.monotonic() - self.began, None)
        if wait is None:
            raise ConnectionFailed(self.attempt, self.request.headers.get("Idempotency-Key")) from cause
        return wait


# The parsers of the generator ask it what to do with unknown statuses, which do not reach them.
_NO_CLIENT = Client(base_url="")


def upload(content: dict[str, tuple[str, bytes, str]], idempotency_key: str | None) -> dict[str, Any]:
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    return {"method": "post", "url": "/v0/files", "files": content, "headers": headers}


def next_page(kwargs: dict[str, Any], page: object) -> bool:
    """Moves the arguments of a call to the next page, if there is one."""
    after = getattr(page, "next_after", None)
    if after is not None:
        kwargs["after"] = after
        return bool(getattr(page, "items")) or bool(kwargs.get("wait"))
    kwargs["cursor"] = getattr(page, "next_cursor", None)
    return kwargs["cursor"] is not None


class DossierClient(Calls, Operations):
    """Calls the API, and waits for each response.

    A request is sent again after a broken connection, a 408, 429 or 5xx: at most `max_attempts` times in all, and none
    begins after `max_seconds`. Every POST, PUT and PATCH carries an idempotency key, which stays the same.
    `transport` replaces that of httpx, for example to go through a proxy.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        max_attempts: int = 5,
        max_seconds: float = 60,
        timeout_seconds: float = 60,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, max_attempts, max_seconds, timeout_seconds)
        self._http = httpx.Client(**self._http_settings, transport=transport)

    def _send(self, kwargs: dict[str, Any], parse: Callable[..., object]) -> Result[Any]:
        call = Call(self._http, self._retries, kwargs)
        while True:
            try:
                done = call.response(self._http.send(call.request), parse)
            except httpx.TransportError as cause:
                done = call.failure(cause)
            if isinstance(done, Result):
                return done
            time.sleep(done)

    def upload_file(
        self,
        *,
        path: str | os.PathLike[str] | None = None,
        content: Content | None = None,
        name: str | None = None,
        content_type: str = "application/octet-stream",
        idempotency_key: str | None = None,
    ) -> Result[UploadedFile]:
        """Uploads a file: from a path, or from bytes, an open file or pieces, with a name."""
        return self._send(upload(form(path, content, name, content_type), idempotency_key), parse_uploaded)

    def pages(
        self, operation: Callable[P, Result[AnyPage]], *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[AnyPage]:
        """Every page of a list: `client.pages(client.list_events, after=…, wait=20)`. With `wait`, it never ends."""
        call, arguments = cast(Callable[..., Result[AnyPage]], operation), dict(kwargs)
        while True:
            page = call(*args, **arguments).data
            yield page
            if not next_page(arguments, page):
                return

    def each(self, operation: Callable[P, Result[Page[T]]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        """Every item of a list, page by page: `client.each(client.list_customers, limit=100)`."""
        for page in self.pages(operation, *args, **kwargs):
            yield from page.items

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncDossierClient(Calls, AsyncOperations):
    """The same as `DossierClient` for asyncio."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        max_attempts: int = 5,
        max_seconds: float = 60,
        timeout_seconds: float = 60,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, max_attempts, max_seconds, timeout_seconds)
        self._http = httpx.AsyncClient(**self._http_settings, transport=transport)

    async def _send(self, kwargs: dict[str, Any], parse: Callable[..., object]) -> Result[Any]:
        call = Call(self._http, self._retries, kwargs)
        while True:
            try:
                done = call.response(await self._http.send(call.request), parse)
            except httpx.TransportError as cause:
                done = call.failure(cause)
            if isinstance(done, Result):
                return done
            await asyncio.sleep(done)

    async def upload_file(
        self,
        *,
        path: str | os.PathLike[str] | None = None,
        content: Content | None = None,
        name: str | None = None,
        content_type: str = "application/octet-stream",
        idempotency_key: str | None = None,
    ) -> Result[UploadedFile]:
        """Uploads a file: from a path, or from bytes, an open file or pieces, with a name."""
        return await self._send(upload(form(path, content, name, content_type), idempotency_key), parse_uploaded)

    async def pages(
        self, operation: Callable[P, Awaitable[Result[AnyPage]]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncIterator[AnyPage]:
        """Every page of a list: `client.pages(client.list_events, after=…, wait=20)`. With `wait`, it never ends."""
        call, arguments = cast(Callable[..., Awaitable[Result[AnyPage]]], operation), dict(kwargs)
        while True:
            page = (await call(*args, **arguments)).data
            yield page
            if not next_page(arguments, page):
                return

    async def each(
        self, operation: Callable[P, Awaitable[Result[Page[T]]]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncIterator[T]:
        """Every item of a list, page by page: `client.each(client.list_customers, limit=100)`."""
        async for page in self.pages(operation, *args, **kwargs):
            for item in page.items:
                yield item

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
