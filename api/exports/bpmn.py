"""A plan as a process model (流程模型, BPMN 2.0): tasks in lanes by department, parallel gateways, clauses as documentation.

A step that waits for several has a gateway before it that joins, one that several wait for a gateway after it that splits. What
another predecessor waits for already is not drawn again; the documentation of a task tells every need.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from api.exports import text as says
from api.exports.layering import layer_of
from api.exports.panels import cautions, dropped_lines, headline
from api.exports.sheet import Sheet, bounded, one_reading
from engine.passes import reduced, successors
from engine.plan import Plan, Planned

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
PROCESS = "plan"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,80}")

POOL, LANE, MARGIN = 30, 150, 40
TASK, HIGH, GATE, EVENT = 150, 64, 36, 36
PITCH, ROW = 330, 92


@dataclass
class Node:
    """A task, a gateway or an event: its element, its lane, where it stands and how large it is."""

    id: str
    kind: str
    name: str
    lane: str
    x: float
    y: float
    wide: float
    high: float
    notes: str = ""
    into: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)


def bpmn(sheet: Sheet) -> bytes:
    """The process model of one reading.

    Raises:
        InputError: several readings, or more steps than anybody could read.
    """
    bounded(sheet)
    plan = one_reading(sheet.plans, "bpmn")
    return _Writing(sheet, plan).written()


class _Writing:
    def __init__(self, sheet: Sheet, plan: Plan) -> None:
        self.sheet, self.plan, self.edges = sheet, plan, sheet.edges_to()
        place = {s.step.id: i for i, s in enumerate(plan.steps)}
        preds = [[place[w] for w in s.waits_for] for s in plan.steps]
        self.preds = reduced(range(len(preds)), preds)
        self.after = successors(self.preds)
        self.layer = layer_of(self.preds)
        self.lanes = self._lanes()
        self.nodes: dict[str, Node] = {}
        self.flows: list[tuple[str, str, str]] = []
        self.columns = max(self.layer, default=-1) + 1
        self._place()
        self._flow()

    # --- nodes and flows ----------------------------------------------------------------------------------------------

    def _lanes(self) -> dict[str, tuple[float, float]]:
        """Where each department's lane begins and how high it is: as many rows as its fullest column has."""
        crowd: dict[str, dict[int, int]] = {}
        for planned, layer in zip(self.plan.steps, self.layer, strict=True):
            lane = crowd.setdefault(planned.step.department, {})
            lane[layer] = lane.get(layer, 0) + 1
        out: dict[str, tuple[float, float]] = {}
        top = float(MARGIN)
        for name, rows in (crowd or {"": {0: 1}}).items():
            high = max(rows.values()) * ROW + 16.0
            out[name] = (top, high)
            top += high
        self.high = top - MARGIN
        return out

    def _place(self) -> None:
        left = MARGIN + POOL + LANE / 2
        first = next(iter(self.lanes))
        middle = self.lanes[first][0] + self.lanes[first][1] / 2
        self._add(Node("start", "startEvent", "开始", first, left, middle, EVENT, EVENT))
        used: dict[tuple[str, int], int] = {}
        for i, planned in enumerate(self.plan.steps):
            lane, layer = planned.step.department, self.layer[i]
            row = used[lane, layer] = used.get((lane, layer), -1) + 1
            x = left + 130 + layer * PITCH
            y = self.lanes[lane][0] + 8 + row * ROW + ROW / 2
            name = self._id(planned, i)
            if len(self.preds[i]) > 1:
                self._add(Node(f"join-{name}", "parallelGateway", "", lane, x, y, GATE, GATE))
            notes = "\n".join(says.notes(planned, self.edges.get(planned.step.id, ()), self.sheet.departments))
            self._add(Node(name, "userTask", self._title(planned), lane, x + 60, y, TASK, HIGH, notes))
            if len(self.after[i]) > 1:
                self._add(Node(f"split-{name}", "parallelGateway", "", lane, x + 60 + TASK + 24, y, GATE, GATE))
        right = left + 130 + self.columns * PITCH
        if sum(not p for p in self.preds) > 1:
            self._add(Node("split-start", "parallelGateway", "", first, left + 62, middle, GATE, GATE))
        if sum(not a for a in self.after) > 1:
            self._add(Node("join-end", "parallelGateway", "", first, right, middle, GATE, GATE))
        self._add(Node("end", "endEvent", "结束", first, right + 62, middle, EVENT, EVENT))
        self.wide = right + 140 - MARGIN

    def _add(self, node: Node) -> None:
        self.nodes[node.id] = node

    def _id(self, planned: Planned, number: int) -> str:
        name = planned.step.id
        return f"step-{name}" if _NAME.fullmatch(name) else f"numbered-{number}"

    def _title(self, planned: Planned) -> str:
        mark = f"（{says.SIMULATED}）" if planned.stands_on else ""
        return says.label(planned.step) + mark

    def _flow(self) -> None:
        ids = [self._id(s, i) for i, s in enumerate(self.plan.steps)]
        for i, name in enumerate(ids):
            if not self.preds[i]:
                self._join(self._either("split-start", "start"), name)
            if f"join-{name}" in self.nodes:
                self._join(f"join-{name}", name)
            if f"split-{name}" in self.nodes:
                self._join(name, f"split-{name}")
            for p in self.preds[i]:
                self._join(self._either(f"split-{ids[p]}", ids[p]), self._either(f"join-{name}", name))
            if not self.after[i]:
                self._join(name, self._either("join-end", "end"))
        if "split-start" in self.nodes:
            self._join("start", "split-start")
        if "join-end" in self.nodes:
            self._join("join-end", "end")
        if not ids:
            self._join("start", "end")

    def _either(self, gate: str, node: str) -> str:
        return gate if gate in self.nodes else node

    def _join(self, a: str, b: str) -> None:
        flow = f"flow-{len(self.flows) + 1}"
        self.flows.append((flow, a, b))
        self.nodes[a].out.append(flow)
        self.nodes[b].into.append(flow)

    # --- XML ----------------------------------------------------------------------------------------------------------

    def written(self) -> bytes:
        for prefix, uri in (("", MODEL), ("bpmndi", DI), ("dc", DC), ("di", DD)):
            ET.register_namespace(prefix, uri)
        root = _add(None, "definitions", id="definitions", targetNamespace="urn:yichuang:plan", exporter="yichuang")
        together = _add(root, "collaboration", id="collaboration")
        _add(together, "participant", id="pool", name=headline(self.plan), processRef=PROCESS)
        process = _add(root, "process", id=PROCESS, name=headline(self.plan), isExecutable="true")
        _add(process, "documentation").text = self._about()
        lanes = _add(process, "laneSet", id="lanes")
        for n, name in enumerate(self.lanes):
            lane = _add(lanes, "lane", id=f"lane-{n}", name=self.sheet.department(name) or "（未写部门）")
            for node in self.nodes.values():
                if node.lane == name:
                    _add(lane, "flowNodeRef").text = node.id
        for node in self.nodes.values():
            self._node(process, node)
        for flow, a, b in self.flows:
            _add(process, "sequenceFlow", id=flow, sourceRef=a, targetRef=b)
        self._diagram(root)
        ET.indent(root)
        written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
        return written + b"\n"

    def _about(self) -> str:
        lines = [headline(self.plan), says.NOT_LEAVE, *cautions(self.plan), *dropped_lines(self.plan)]
        lines += [f"假设已有“{says.plain(a.document)}”，{says.SIMULATED}" for a in self.plan.assumptions]
        return "\n".join(lines)

    def _node(self, process: ET.Element, node: Node) -> None:
        given = {"name": node.name} if node.name else {}
        if node.kind == "parallelGateway":
            given["gatewayDirection"] = "Converging" if node.id.startswith("join-") else "Diverging"
        made = _add(process, node.kind, id=node.id, **given)
        if node.notes:
            _add(made, "documentation").text = node.notes
        for flow in node.into:
            _add(made, "incoming").text = flow
        for flow in node.out:
            _add(made, "outgoing").text = flow

    # --- the diagram --------------------------------------------------------------------------------------------------

    def _diagram(self, root: ET.Element) -> None:
        diagram = _add(root, "BPMNDiagram", DI, id="diagram")
        plane = _add(diagram, "BPMNPlane", DI, id="plane", bpmnElement="collaboration")
        self._shape(plane, "pool", MARGIN, MARGIN, self.wide, self.high, isHorizontal="true")
        for n, (top, high) in enumerate(self.lanes.values()):
            self._shape(plane, f"lane-{n}", MARGIN + POOL, top, self.wide - POOL, high, isHorizontal="true")
        for node in self.nodes.values():
            self._shape(plane, node.id, node.x, node.y - node.high / 2, node.wide, node.high)
        for flow, a, b in self.flows:
            edge = _add(plane, "BPMNEdge", DI, id=f"edge-{flow}", bpmnElement=flow)
            for x, y in self._way(self.nodes[a], self.nodes[b]):
                _add(edge, "waypoint", DD, x=_number(x), y=_number(y))

    def _shape(self, plane: ET.Element, of: str, x: float, y: float, wide: float, high: float, **more: str) -> None:
        shape = _add(plane, "BPMNShape", DI, id=f"shape-{of}", bpmnElement=of, **more)
        _add(shape, "Bounds", DC, x=_number(x), y=_number(y), width=_number(wide), height=_number(high))

    def _way(self, a: Node, b: Node) -> Iterable[tuple[float, float]]:
        """From the right side of one to the left side of the other, bent just before it; past other tasks under their row."""
        x, x2 = a.x + a.wide, b.x
        bend = max(x + 8, x2 - 20)
        yield x, a.y
        if x2 - x > PITCH:
            under = a.y + HIGH / 2 + 10
            yield x + 12, a.y
            yield x + 12, under
            yield bend, under
            yield bend, b.y
        elif a.y != b.y:
            yield bend, a.y
            yield bend, b.y
        yield x2, b.y


def _add(parent: ET.Element | None, tag: str, space: str = MODEL, **given: str) -> ET.Element:
    name = f"{{{space}}}{tag}"
    return ET.Element(name, given) if parent is None else ET.SubElement(parent, name, given)


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
