"""Phrases about the desks of departments (部门人力): what fewer of them cost the simulated plan."""

from __future__ import annotations

from engine.deriving import conversion_of
from engine.graph_reading import read_departments
from engine.plan import Calendar, savings
from engine.reading import Reading
from rules.phrases_kit import Phrases, Rows, Table, expect
from rules.world import World

PHRASES = phrase = Phrases()


@phrase(
    "各部门人力如下时，模拟计划因人力推迟3个工作日：",
    "各部门人力如下时，模拟计划(?:因人力推迟(?P<days>\\d+)个工作日|不因人力推迟)：",
    Table(("部门", "人力")),
)
def put_off(world: World, rows: Rows, days: str | None = None) -> None:
    if world.refusal is not None:
        raise world.refusal
    assert world.graph is not None
    ids = {title: name for name, title in world.book.departments.items()}
    stated = {ids.get(row["部门"], row["部门"]): int(row["人力"]) for row in rows}
    time = Calendar(world.calendar, world.plans[Reading.SIMULATED].start)
    desks = read_departments(stated, world.book.departments)
    found = savings(world.graph, time, conversion_of(world.decided), desks).by_capacity
    expect(found == int(days or 0), found, days or 0)
