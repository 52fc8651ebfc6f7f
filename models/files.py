"""Files as rows (文件登记): which are stored, and which document names which. The bytes lie elsewhere, under their hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.dossier import FileRef
from engine.errors import Fault, InputError
from models.database import Reader, Unit
from models.tables import FileUse, StoredFile
from models.tables.base import utc


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as stored (文件)."""

    sha256: str
    size: int
    media: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """That a document names a file (文件引用)."""

    sha256: str
    project: str
    case: str | None
    document: str
    seq: int


async def keep_file(unit: Unit, sha256: str, size: int, media: str, now: datetime) -> FileRecord:
    """Write down that a file lies in the store (登记文件), after its bytes do. The same bytes twice are one file."""
    values = {"sha256": sha256, "size": size, "media": media, "created": utc(now)}
    await unit.insert_if_new(StoredFile, values)
    known = await file_of(unit, sha256)
    assert known is not None and known.size == size, "two files of one hash"
    return known


async def file_of(reader: Reader, sha256: str) -> FileRecord | None:
    """The file of that hash."""
    columns = (StoredFile.sha256, StoredFile.size, StoredFile.media, StoredFile.created)
    row = (await reader.execute(select(*columns).where(StoredFile.sha256 == sha256))).one_or_none()
    return None if row is None else FileRecord(*row)


async def require_files(reader: Reader, files: Iterable[FileRef], pointer: str = "/files") -> None:
    """Check that every file named is stored with that size (须先上传).

    Raises:
        InputError: with every one that is not.
    """
    faults: list[Fault] = []
    for i, ref in enumerate(files):
        known = await file_of(reader, ref.sha256)
        if known is None:
            says = f"文件“{ref.name}”尚未上传；请先上传，再提交其摘要。"
            faults.append(Fault(f"{pointer}/{i}/sha256", ref.sha256, says, "Upload the file first."))
        elif known.size != ref.size:
            says = f"文件“{ref.name}”实际为 {known.size} 字节。"
            faults.append(Fault(f"{pointer}/{i}/size", ref.size, says, f"The file has {known.size} bytes."))
    if faults:
        raise InputError(faults)


async def uses_of(reader: Reader, sha256: str) -> list[Use]:
    """Where a file is named: whoever may see one of these may fetch it."""
    columns = (FileUse.sha256, FileUse.project_id, FileUse.case_id, FileUse.document, FileUse.seq)
    rows = await reader.execute(select(*columns).where(FileUse.sha256 == sha256).order_by(FileUse.seq))
    return [Use(*row) for row in rows]


async def unreferenced(reader: Reader, before: datetime) -> list[FileRecord]:
    """Files stored before an instant that no document names: for the sweep (F2)."""
    columns = (StoredFile.sha256, StoredFile.size, StoredFile.media, StoredFile.created)
    query = select(*columns).where(StoredFile.created < utc(before), StoredFile.sha256.not_in(select(FileUse.sha256)))
    return [FileRecord(*row) for row in await reader.execute(query.order_by(StoredFile.created))]
