"""Logs beside a bare parse of the same file (日志的速度): 1,400 cases, 250,000 events, in XES and in CSV; seeded, made up."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

from api.logs.reader import read_log
from api.logs.service import Asked, conformed, mined, read_plan
from rules.packaged import calendar_known

Report = Callable[[str], object]
EVENTS = (
    '<event><string key="concept:name" value="{}"/><string key="lifecycle:transition" value="{}"/>'
    '<string key="org:resource" value="{}"/><date key="time:timestamp" value="{}"/></event>\n'
)
Row = tuple[str, str, str, str, str]


def rows(cases: int, steps: int, seed: int = 7) -> list[Row]:
    """A made-up log: each step's start and end, in a loose order, over 2021 to 2024."""
    random = Random(seed)
    out: list[Row] = []
    for case in range(cases):
        day = random.randrange(700)
        for step in sorted(range(steps), key=lambda s: s + random.random() * 4):
            day += random.random() < 0.3
            for phase, hour in (("start", 9), ("complete", 16)):
                at = f"{2021 + day // 360}-{day % 360 // 30 + 1:02}-{day % 28 + 1:02}T{hour:02}:00:00+08:00"
                out.append((f"c{case}", f"S{step}", phase, f"r{step % 12}", at))
    return out


def write_xes(path: Path, made: Sequence[Row]) -> None:
    """The rows as XES."""
    with path.open("w", encoding="utf-8") as file:
        file.write("<?xml version='1.0' encoding='UTF-8'?><log>\n")
        last = ""
        for case, *rest in made:
            if case != last:
                file.write(("</trace>" if last else "") + f'<trace><string key="concept:name" value="{case}"/>\n')
                last = case
            file.write(EVENTS.format(*rest))
        file.write("</trace></log>\n")


def write_csv(path: Path, made: Sequence[Row]) -> None:
    """The rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("case", "activity", "lifecycle", "resource", "time"))
        out.writerows(made)


def run(report: Report) -> None:
    """Print seconds, and the ratio to a bare parse in the same run."""
    with tempfile.TemporaryDirectory() as folder:
        for title, cases, steps in (("1,400 件", 1_400, 6), ("250,000 个事件", 2_500, 50)):
            made = rows(cases, steps)
            for kind, write, bare in (("XES", write_xes, _bare_xes), ("CSV", write_csv, _bare_csv)):
                path = Path(folder) / f"log.{kind.lower()}"
                write(path, made)
                _measure(report, f"{title}（{len(made):,} 个事件，{kind}）", path, bare, steps)


def _measure(report: Report, title: str, path: Path, bare: Callable[[Path], object], steps: int) -> None:
    calendar = calendar_known()
    plan = read_plan(_plan(steps))

    def read() -> Any:
        with path.open("rb") as file:
            return read_log(file, path.name)

    parse, _ = _timed(lambda: bare(path))
    reading, log = _timed(read)
    mining, _ = _timed(lambda: mined(log, Asked(calendar)))
    conforming, _ = _timed(lambda: conformed(log, Asked(calendar, plan)))
    report(f"{title}：只解析 {parse:.2f} s；读入 {reading:.2f} s，为其 {reading / parse:.1f} 倍")
    report(
        f"  读入并挖掘 {reading + mining:.2f} s（{(reading + mining) / parse:.1f} 倍）；"
        f"读入并逐件对照 {reading + conforming:.2f} s（{(reading + conforming) / parse:.1f} 倍）"
    )


def _plan(steps: int) -> bytes:
    needs = [f'{{"id": "S{s}", "days": 2, "needs": [{{"step": "S{s - 2}"}}]}}' for s in range(2, steps)]
    first = ['{"id": "S0", "days": 2, "needs": []}', '{"id": "S1", "days": 2, "needs": []}']
    return f'{{"steps": [{", ".join(first + needs)}]}}'.encode()


def _bare_xes(path: Path) -> int:
    count = 0
    for _, element in ElementTree.iterparse(path):
        if element.tag in ("event", "trace"):
            count += 1
            element.clear()
    return count


def _bare_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found
