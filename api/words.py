"""Words that several request bodies share (请求体的共用类型): short texts, long texts, days, hashes, files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from api.requests import Body

Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=4000)]
Day = Annotated[str, StringConstraints(strict=True, pattern=r"^\d{4}-\d{2}-\d{2}$")]
Hash = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
Whole = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Flag = Annotated[bool, Field(strict=True)]


class FileIn(Body):
    """A paper's bytes as they were put under ``/api/files``: name, size in bytes, SHA-256."""

    name: Word
    size: Whole
    sha256: Hash
