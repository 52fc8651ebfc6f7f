"""What the documents say is there: make targets, commands and options, files, links; both READMEs say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api.cli import main
from api.settings import Settings

from .tree import PACKAGES, ROOT

READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w/.-])yichuang((?: [a-z-]+)+|)([^\n|`]*)")


def text_of(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def shell_lines(path: str | Path) -> list[str]:
    """Lines of shell in a document, comments left out, continued lines joined."""
    blocks = [body for kind, body in FENCE.findall(text_of(path)) if kind == "sh"]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [shown for line in lines if (shown := re.sub(r"(^|\s+)#.*", "", line).rstrip())]


def named_command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words lead to, and the words that are left over for it."""
    command: click.Command = main
    context = click.Context(main, info_name="yichuang")
    while words and isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        if found is None:
            break
        command, words = found, words[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    return command, words


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(path: Path):
    links = [link.partition("#")[0] for link in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_is_there(path: Path):
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|\s)make ([a-z][a-z-]+)(?=[`\s]|$)", "\n".join(shell_lines(path)), re.MULTILINE))
    named |= set(re.findall(r"`make ([a-z][a-z-]+)[^`]*`", text))
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_option_is_there(path: Path):
    lines = [*shell_lines(path), *re.findall(r"`((?:\.venv/bin/)?yichuang [^`\n]+)`", text_of(path))]
    for line in lines:
        for words, rest in COMMAND.findall(line.replace(".venv/bin/", "")):
            command, left = named_command(words.split())
            assert not isinstance(command, click.Group) or not left, f"{path.name}：没有这个命令：{line}"
            known = {option for each in command.params for option in each.opts} | {"--help"}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= known, f"{path.name}：没有这个选项：{line}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_is_there(path: Path):
    """Words in code quotes that look like a place in the tree: ``engine/clock.py``, ``rules/policy/``."""
    tops = "api|docs|engine|features|models|rules|scripts|tests"
    named = re.findall(rf"`((?:{tops})/[\w./-]*)`", path.read_text(encoding="utf-8"))
    assert [place for place in named if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("room", PACKAGES)
def test_every_module_has_its_place(room: str):
    """docs/architecture.md lists what is in a room: a newcomer finds every module, and none that is gone."""
    told = re.search(rf"^### `{room}/`\n(.*?)(?=^### |\Z)", text_of("docs/architecture.md"), re.MULTILINE | re.DOTALL)
    assert told is not None
    rows = [line.rpartition(" | ")[2] for line in told[1].splitlines() if line.startswith("| ")]
    named = [name for row in rows for name in re.findall(r"`([\w/]+)`", row)]
    assert len(named) == len(set(named)), "每个模块只列一处"
    there = set(in_the_room(ROOT / room))
    assert set(named) == there, f"docs/architecture.md“Where a thing lives”须改：{sorted(set(named) ^ there)}"


def in_the_room(room: Path) -> Iterator[str]:
    """The modules of a folder, and its folders."""
    for path in room.iterdir():
        if path.is_dir() and path.name != "__pycache__":
            yield f"{path.name}/"
        elif path.suffix == ".py" and path.stem != "__init__":
            yield path.stem


def test_readmes_give_the_same_commands():
    english, chinese = (shell_lines(path) for path in READMES)
    assert english == chinese


def test_readmes_name_the_same_settings_and_every_one():
    declared = set(re.findall(r"``(YICHUANG_[A-Z_]+|DATABASE_URL)", text_of("api/settings.py")))
    assert Settings.__doc__ and declared
    for path in READMES:
        assert set(re.findall(r"(?:YICHUANG_[A-Z_]+|DATABASE_URL)\b", text_of(path))) >= declared - {
            "YICHUANG_TEST_CLOCK"
        }


def test_readmes_name_every_command():
    for path in READMES:
        told = {words.split()[0] for line in shell_lines(path) for words, _ in COMMAND.findall(line) if words.strip()}
        assert told >= set(main.list_commands(click.Context(main)))


def test_readmes_name_the_example_accounts():
    from api.demo import ACCOUNTS, PASSWORD

    for path in READMES:
        assert {a.login for a in ACCOUNTS} <= set(re.findall(r"`(\w+)`", text_of(path)))
        assert PASSWORD in text_of(path)
