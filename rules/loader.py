"""The only reader of policy files (政策文件读取): text in, checked entries out, every mistake at once with file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from engine.errors import Fault, PolicyError
from engine.values import shorten
from rules.schema import Shape
from rules.sections import SECTIONS, SINGLE
from rules.wording import say
from rules.yamlio import read_yaml

PolicySources = Mapping[str, str]
"""Path below ``rules/policy`` → text of the file."""

ShapeT = TypeVar("ShapeT", bound=Shape)
Locate = Callable[[tuple[Any, ...]], int]

PACKAGED = Path(__file__).parent / "policy"


def read_sources(root: Path | None = None) -> dict[str, str]:
    """Read every policy file below ``root`` (by default the packaged ones), in canonical order.

    Bytes that are not UTF-8 are kept as half characters, which reading then tells with their line.

    Raises:
        PolicyError: a file cannot be opened.
    """
    base = root or PACKAGED
    sources: dict[str, str] = {}
    faults: list[Fault] = []
    for path in sorted(p for p in base.rglob("*") if p.suffix.lower() in (".yaml", ".yml") and p.is_file()):
        name = path.relative_to(base).as_posix()
        try:
            sources[name] = path.read_bytes().decode("utf-8", "surrogateescape")
        except OSError:
            faults.append(Fault(f"{name}:1", None, "读不到这个文件，请检查权限。", "The file cannot be read."))
    if faults:
        raise PolicyError(faults)
    return sources


def digest_of(sources: PolicySources) -> str:
    """Digest of a set of sources (政策集摘要): every path and every byte, in canonical order."""
    total = hashlib.sha256()
    for path in sorted(sources):
        for part in (path.encode("utf-8", "surrogateescape"), sources[path].encode("utf-8", "surrogateescape")):
            total.update(len(part).to_bytes(8, "big") + part)
    return "sha256:" + total.hexdigest()


@dataclass(frozen=True, slots=True)
class Placed(Generic[ShapeT]):
    """An entry, and where it stands: folder (layer), file and line."""

    entry: ShapeT
    file: str
    base: tuple[Any, ...]
    locate: Locate

    @property
    def layer(self) -> str:
        """The folder, which is the region that this entry binds."""
        return self.file.split("/", 1)[0]

    def at(self, *path: Any) -> str:
        """``file:line`` of the entry, or of something inside it."""
        return place(self.file, self.locate, (*self.base, *path))


def place(file: str, locate: Locate, path: tuple[Any, ...]) -> str:
    """``file:line`` of a path, or of the nearest thing above it that has a line."""
    for n in range(len(path), -1, -1):
        try:
            return f"{file}:{locate(path[:n])}"
        except (KeyError, IndexError):
            continue
    return f"{file}:1"


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """All entries of all files by section (政策文件内容), and the texts that they came from."""

    sources: PolicySources
    sections: Mapping[str, tuple[Placed[Any], ...]]
    broken: frozenset[tuple[str, str]] = frozenset()
    """Section and id of entries that could not be read: other errors about them are not worth telling."""
    faults: tuple[Fault, ...] = ()
    other: Mapping[str, str] = field(default_factory=dict)
    """Files that other readers own: limits and the calendar."""

    def of(self, section: str) -> tuple[Placed[Any], ...]:
        """The entries of one section."""
        return self.sections.get(section, ())

    @property
    def digest(self) -> str:
        """Digest of the sources."""
        return digest_of(self.sources)


def is_limits(path: str) -> bool:
    """Whether :mod:`rules.limits` reads this file."""
    return path.endswith("limits.yaml")


def is_calendar(path: str) -> bool:
    """Whether :mod:`rules.calendar` reads this file."""
    return path.startswith("calendar/")


def read_files(sources: PolicySources) -> PolicyFiles:
    """Read every file entry by entry; what is wrong is in ``faults``, what could be read is there."""
    reader = _Reader()
    other: dict[str, str] = {}
    for path in sorted(sources):
        if not path.endswith(".yaml"):
            fix = "政策文件的名称以小写的 .yaml 结尾，请改名；否则不会读取。"
            reader.faults.append(Fault(f"{path}:1", path, fix, "The name of a policy file ends in .yaml."))
            continue
        if is_limits(path) or is_calendar(path):
            other[path] = sources[path]
            continue
        reader.file(path, sources[path])
    sections = {name: tuple(found) for name, found in reader.sections.items()}
    return PolicyFiles(sources, sections, frozenset(reader.broken), tuple(reader.faults), other)


def load_policy(sources: PolicySources) -> PolicyFiles:
    """Read and check a whole set of policy files.

    Raises:
        PolicyError: with every fault in every file, each with file, line, value and what to write instead.
    """
    from rules.check import check

    files = read_files(sources)
    faults = check(files)
    if faults:
        raise PolicyError(faults)
    return files


class _Reader:
    def __init__(self) -> None:
        self.sections: dict[str, list[Placed[Any]]] = {name: [] for name in SECTIONS}
        self.broken: set[tuple[str, str]] = set()
        self.faults: list[Fault] = []

    def file(self, path: str, text: str) -> None:
        try:
            data, locate = read_yaml(path, text)
        except PolicyError as error:
            self.faults.extend(error.errors)
            return
        if data is None:
            return
        if not isinstance(data, dict):
            self.faults.append(
                Fault(f"{path}:1", shorten(data), "文件应由若干栏目组成，例如 conditions:。", "A file holds sections.")
            )
            return
        for section, body in data.items():
            where = place(path, locate, (section,))
            if section not in SECTIONS:
                self.faults.append(unknown_name(where, section, "栏目", SECTIONS))
            elif section in SINGLE:
                self._entry(section, body, path, (section,), locate)
            elif not isinstance(body, list):
                fix = f"“{section}”应为列表，每项以“- ”开头。"
                self.faults.append(Fault(where, shorten(body), fix, f"{section} must be a list."))
            else:
                for i, entry in enumerate(body):
                    self._entry(section, entry, path, (section, i), locate)

    def _entry(self, section: str, raw: Any, path: str, base: tuple[Any, ...], locate: Locate) -> None:
        shape = SECTIONS[section]
        try:
            entry = shape.model_validate(raw)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                self.faults.append(say(found, shape, place(path, locate, (*base, *found["loc"]))))
            if isinstance(raw, dict):
                self.broken.add((section, str(raw.get("id", raw.get("extends", "")))))
            return
        self.sections[section].append(Placed(entry, path, base, locate))


def unknown_name(where: str, name: Any, what: str, known: Any) -> Fault:
    """The fault of a name that is not known, with the nearest one that is."""
    near = next(iter(nearest(str(name), known)), "")
    hint = f"最接近的是“{near}”。" if near else f"现有：{'、'.join(sorted(known)[:30]) or '无'}。"
    return Fault(
        where, shorten(name), f"没有名为“{shorten(name)}”的{what}；{hint}", f"Unknown name; nearest: {near or 'none'}."
    )


def nearest(name: str, known: Any) -> Iterator[str]:
    """The known names nearest to one that is not known."""
    from difflib import get_close_matches

    yield from get_close_matches(name, list(known), n=1, cutoff=0.5)
