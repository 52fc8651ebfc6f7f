"""BPMN, iCalendar, CSV and GraphML: valid by the standards' own schemas and readers, and what they say of a plan."""

from __future__ import annotations

import csv
from datetime import timedelta
from importlib import resources
from io import BytesIO, StringIO
from typing import Any

import networkx as nx
import pytest
from icalendar import Calendar
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from api.exports import text as says
from api.exports.bpmn import MODEL, PROCESS, bpmn
from api.exports.calendar_file import calendar_file
from api.exports.sheet import Sheet
from api.exports.tables import HEADINGS, csv_file, graph_of_plan, graphml
from engine.errors import InputError
from engine.reading import COMPARED, Reading
from tests.api.sheets import FORMULA, HOSTILE, OPEN, SCRIPT, bare, sheet

EACH_READING = pytest.mark.parametrize("reading", Reading)


# --- BPMN -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> Any:
    """The schema that the standard publishes, as SpiffWorkflow carries it."""
    schema = resources.files("SpiffWorkflow") / "bpmn/parser/schema/BPMN20.xsd"
    with resources.as_file(schema) as path:
        return etree.XMLSchema(etree.parse(str(path)))


def run(raw: bytes) -> list[str]:
    """Let a process engine do every task, always the last that is ready, and give their ids in order."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(raw))
    workflow = BpmnWorkflow(parser.get_spec(PROCESS))
    workflow.do_engine_steps()
    done: list[str] = []
    while not workflow.is_completed():
        task = [t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual][-1]
        done.append(task.task_spec.name)
        task.run()
        workflow.do_engine_steps()
    return done


@EACH_READING
def test_a_process_model_is_valid_and_an_engine_does_every_task_in_order(published: Any, reading: Reading) -> None:
    made = sheet(OPEN, [reading])
    raw = bpmn(made)
    published.assertValid(etree.fromstring(raw))
    done = run(raw)
    assert sorted(done) == sorted(f"step-{s.step.id}" for s in made.plan.steps)
    place = {name: i for i, name in enumerate(done)}
    for planned in made.plan.steps:
        assert all(place[f"step-{w}"] < place[f"step-{planned.step.id}"] for w in planned.waits_for)


def test_a_process_model_has_lanes_clauses_and_a_place_for_everything() -> None:
    made = sheet(readings=[Reading.SIMULATED])
    root = etree.fromstring(bpmn(made))
    space = {"m": MODEL, "di": "http://www.omg.org/spec/BPMN/20100524/DI"}
    lanes = {n.get("name") for n in root.iterfind(".//m:lane", space)}
    assert lanes == {made.department(s.step.department) for s in made.plan.steps}
    tasks = {t.get("id"): t for t in root.iterfind(".//m:userTask", space)}
    assert "《中华人民共和国建筑法》" in tasks["step-C08"].findtext("m:documentation", "", space)
    marked = {name for name, t in tasks.items() if says.SIMULATED in t.get("name")}
    assert marked == {f"step-{s.step.id}" for s in made.plan.steps if s.stands_on} != set()
    nodes = {n.text for n in root.iterfind(".//m:flowNodeRef", space)}
    shapes = {s.get("bpmnElement") for s in root.iterfind(".//di:BPMNShape", space)}
    assert nodes < shapes
    flows = {f.get("id") for f in root.iterfind(".//m:sequenceFlow", space)}
    assert flows == {e.get("bpmnElement") for e in root.iterfind(".//di:BPMNEdge", space)}


@pytest.mark.parametrize("raw", [HOSTILE, {"steps": []}, {"steps": [{"id": "甲", "days": 0}]}])
def test_a_process_model_of_a_bare_graph(published: Any, raw: dict[str, Any]) -> None:
    written = bpmn(bare(raw))
    published.assertValid(etree.fromstring(written))
    assert len(run(written)) == len(raw["steps"])
    assert b"<script" not in written


# --- iCalendar --------------------------------------------------------------------------------------------------------


def events(made: Sheet) -> list[Any]:
    return list(Calendar.from_ical(calendar_file(made)).walk("VEVENT"))


def test_a_calendar_has_an_event_a_step_and_its_milestones() -> None:
    made = sheet(readings=[Reading.SIMULATED])
    found = events(made)
    steps, milestones = found[: len(made.plan.steps)], found[len(made.plan.steps) :]
    for planned, event in zip(made.plan.steps, steps, strict=True):
        assert event.start == planned.earliest_start
        assert event.end == planned.earliest_finish + timedelta(days=1)
        assert planned.step.title in event["SUMMARY"]
        assert event["CATEGORIES"].to_ical().decode() == made.department(planned.step.department)
        assert all(f"等待 {w}" in event["DESCRIPTION"] for w in planned.waits_for)
        assert (event["STATUS"] == "TENTATIVE") is bool(planned.stands_on)
        assert (
            (says.SIMULATED in event["SUMMARY"]) is (says.SIMULATED in event["DESCRIPTION"]) is bool(planned.stands_on)
        )
    assert [(e.start.isoformat(), e["SUMMARY"][2:9]) for e in milestones] == [
        ("2022-04-13", "方案审查开始（"),
        ("2022-06-07", "施工许可证办结"),
    ]
    assert all(says.NOT_LEAVE in e["DESCRIPTION"] for e in milestones)


def test_ids_of_events_last_and_differ_by_reading() -> None:
    ids = {reading: [str(e["UID"]) for e in events(sheet(readings=[reading]))] for reading in COMPARED}
    assert ids[Reading.SERIAL] == [str(e["UID"]) for e in events(sheet(readings=[Reading.SERIAL]))]
    together = [uid for each in ids.values() for uid in each]
    assert len(set(together)) == len(together)


def test_reminders_come_before_last_days_of_law_and_promise_alone() -> None:
    made = sheet(readings=[Reading.PARALLEL])
    reminded = {}
    for planned, event in zip(made.plan.steps, events(made)[: len(made.plan.steps)], strict=True):
        for alarm in event.walk("VALARM"):
            reminded[planned.step.id] = alarm["TRIGGER"].dt
            assert planned.step.duration in ("statutory", "promised")
            assert planned.earliest_start < alarm["TRIGGER"].dt.date() < planned.earliest_finish
    b01 = made.plan.step("B01")
    assert b01 is not None and made.calendar is not None
    assert made.calendar.count(reminded["B01"].date(), b01.earliest_finish) == 3
    assert "O01" not in reminded and "START" not in reminded


def test_one_reading_at_a_time() -> None:
    for write in (calendar_file, bpmn, graphml):
        with pytest.raises(InputError, match="serial、parallel"):
            write(sheet())


# --- tables -----------------------------------------------------------------------------------------------------------


def rows(made: Sheet) -> list[dict[str, str]]:
    raw = csv_file(made)
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(raw.decode("utf-8-sig"))))


def test_a_table_has_a_row_a_step_of_each_reading() -> None:
    made = sheet()
    found = rows(made)
    assert len(found) == sum(len(p.steps) for p in made.plans)
    assert tuple(found[0]) == HEADINGS
    standing = [r for r in found if r["立足于假设"]]
    assert standing and all(r["效力"] == says.SIMULATED for r in standing)
    permit = next(r for r in found if r["环节代码"] == "C08" and r["读法"] == "模拟审批")
    assert (permit["最早完成"], permit["关键环节"], permit["效力"]) == ("2022-06-07", "是", "有法律效力")


def test_a_spreadsheet_reckons_nothing_out() -> None:
    for row in rows(bare()):
        assert all(not cell.startswith(tuple("=+-@＝＋－＠\t\r")) for cell in row.values())
        assert all(len(cell) <= 2_001 for cell in row.values())
    assert {r["环节代码"] for r in rows(bare())} == {SCRIPT, f"'{FORMULA}", "长"}


@EACH_READING
def test_graphml_comes_back_as_it_was(reading: Reading) -> None:
    made = sheet(OPEN, [reading])
    graph = graph_of_plan(made, made.plan)
    back = nx.read_graphml(BytesIO(graphml(made)), force_multigraph=True)
    assert {n: back.nodes[n] for n in back} == {n: graph.nodes[n] for n in graph}
    edges = [(a, b, dict(given)) for a, b, given in back.edges(data=True)]
    assert edges == [(a, b, dict(given)) for a, b, given in graph.edges(data=True)]
    assert graph.graph.items() <= back.graph.items()
    kept = {(a, b) for a, b, given in edges if given["kind"] in ("kept", "made", "convert")}
    assert kept == {(w, s.step.id) for s in made.plan.steps for w in s.waits_for}
    gone = {(a, b) for a, b, given in edges if given["kind"] == "dropped"}
    assert gone == {(d.edge.before, d.edge.after) for d in made.plan.dropped}
    for planned in made.plan.steps:
        assert (back.nodes[planned.step.id]["force"] == says.SIMULATED) is bool(planned.stands_on)


def test_graphml_of_a_hostile_graph_is_read_back() -> None:
    back = nx.read_graphml(BytesIO(graphml(bare())))
    assert set(back) == {SCRIPT, FORMULA, "长"}
    assert len(back.nodes["长"]["title"]) <= 2_000
