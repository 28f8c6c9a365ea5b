"""Files to upload, from wherever they are."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

Content = bytes | BinaryIO | Iterable[bytes]
Form = dict[str, tuple[str, bytes, str]]


def form(
    path: str | os.PathLike[str] | None, content: Content | None, name: str | None, content_type: str
) -> Form:
    """The form of an upload. A file has at most 10 MiB, and is kept whole so that it can be sent again."""
    if path is not None and content is None:
        return {"file": (name or Path(path).name, Path(path).read_bytes(), content_type)}
    if content is None or path is not None or not name:
        raise ValueError("an upload has either a path, or a content and a name")
    if isinstance(content, bytes):
        return {"file": (name, content, content_type)}
    read = getattr(content, "read", None)
    return {"file": (name, read() if read else b"".join(content), content_type)}
