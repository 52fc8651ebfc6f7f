"""A plan's graph as a picture (环节图): steps from left to right, readings above one another, in SVG.

A line says how firm a need is by its dashes; it is thick where the critical path runs, and grey with a cross where a reading
does without it. A box says who does the step; hatching and words say where it stands on an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any
from xml.etree.ElementTree import Element

from api.exports import text as says
from api.exports.layering import Cell, layout
from api.exports.panels import cautions, dropped_lines, headline, under
from api.exports.sheet import Sheet, bounded
from api.exports.svg import DARK, GREY, INK, LIGHT, Svg, add, group, halo, line, words
from engine.graph import Edge
from engine.passes import reduced
from engine.plan import Dropped, Plan, Planned, milestones
from engine.terms import Firm, Truth

BOX, HIGH, PITCH, ROW = 138, 62, 190, 84
MARGIN, LEAST = 14, 900
DASHES = {Firm.REQUIRED: "", Firm.ASSUMABLE: "9 3", Firm.BEFORE_ISSUE: "9 3 2 3", Firm.CUSTOMARY: "3 3"}
MOST_LINES = 600
"""Lines beyond which those that follow from others are left out."""
MADE = "1 2.5"
"""Dashes of what a reading itself makes a step wait for."""
FIRMEST = (Firm.REQUIRED, Firm.ASSUMABLE, Firm.BEFORE_ISSUE, Firm.CUSTOMARY)


def graph_picture(sheet: Sheet) -> bytes:
    """The picture of the readings of one project.

    Raises:
        InputError: more steps than anybody could read.
    """
    bounded(sheet)
    title = "审批环节图" + (f"（至 {says.plain(sheet.until)} 为止）" if sheet.until else "")
    svg = Svg(title, "；".join(headline(p) for p in sheet.plans) + f"。{says.NOT_LEAVE}")
    panels = [_Panel(sheet, p) for p in sheet.plans]
    wide = max(LEAST, *(p.wide for p in panels))
    words(svg.root, title, MARGIN, 26, "h", style="font-size:19px")
    words(svg.root, says.NOT_LEAVE, MARGIN, 46, "d")
    top = _key(svg.root, 66)
    for panel in panels:
        top = panel.drawn(svg.root, top + 16, wide)
    return svg.written(wide, top + 12)


def _key(root: Element, top: float) -> float:
    x: float = MARGIN
    signs: list[tuple[str, Mapping[str, Any]]] = [
        (says.FIRMS[firm], {"stroke": INK, "stroke_dasharray": DASHES[firm] or "none"}) for firm in FIRMEST
    ]
    signs += [
        ("转正、作出决定所待", {"stroke": INK, "stroke_dasharray": MADE}),
        ("关键线路", {"stroke": DARK, "stroke_width": 3.5}),
        ("不再等待", {"stroke": GREY, "stroke_dasharray": "3 3"}),
    ]
    for label, look in signs:
        line(root, x, top, x + 34, top, **{"stroke_width": 1.3, **look})
        if label == "不再等待":
            words(root, "✕", x + 17, top + 4, "d", "middle")
        words(root, label, x + 40, top + 4)
        x += 40 + says.width(label, 12) + 18
    x = MARGIN
    boxes = (
        ("关键环节", {"stroke": DARK, "stroke_width": 2.6}, 4, ""),
        (f"立足于假设，{says.NO_FORCE}", {"stroke": GREY}, 4, "url(#assumed)"),
        ("建设单位自办", {"stroke": GREY}, 9, ""),
        ("转正、作出决定", {"stroke": GREY}, 0, LIGHT),
        ("是否需要未定", {"stroke": GREY, "stroke_dasharray": "4 3"}, 4, ""),
    )
    for label, look, round_, band in boxes:
        add(root, "rect", x=x, y=top + 16, width=34, height=18, rx=round_, fill="#fff", **look)
        if band:
            add(root, "rect", x=x + 1, y=top + 17, width=7, height=16, fill=band)
        words(root, label, x + 40, top + 29)
        x += 40 + says.width(label, 12) + 18
    return top + 36


class _Panel:
    """One reading: laid out first, so that the picture knows how wide it is, then drawn."""

    def __init__(self, sheet: Sheet, plan: Plan) -> None:
        self.sheet, self.plan, self.edges = sheet, plan, sheet.edges_to()
        waited = {name for s in plan.steps for name in s.waits_for}
        self.joined = [s for s in plan.steps if s.waits_for or s.step.id in waited]
        self.alone = [s for s in plan.steps if not s.waits_for and s.step.id not in waited]
        self.index = {s.step.id: i for i, s in enumerate(self.joined)}
        preds = [[self.index[w] for w in s.waits_for] for s in self.joined]
        self.crowded = sum(map(len, preds)) > MOST_LINES
        if self.crowded:
            preds = reduced(range(len(preds)), preds)
        weights = {
            (p, i): 6.0 for i, s in enumerate(self.joined) for p in preds[i] if self._critical(self.joined[p], s)
        }
        self.laid = layout(preds, weights)
        self.wide = 2 * MARGIN + max(1, self.laid.layers) * PITCH - (PITCH - BOX)

    def _critical(self, before: Planned, after: Planned) -> bool:
        return before.critical and after.critical and before.earliest_finish == after.earliest_start

    def drawn(self, root: Element, top: float, wide: float) -> float:
        made = group(root, says.TITLES[self.plan.reading], "group")
        line(made, MARGIN, top, wide - MARGIN, top, GREY)
        words(made, headline(self.plan), MARGIN, top + 24, "h")
        about = under(self.plan, milestones([self.plan]))
        words(made, says.fit(about, wide - 2 * MARGIN, 12), MARGIN, top + 43)
        self.top = top + 62
        for each in self.plan.dropped:
            self._without(made, each)
        for a, b in self.laid.routes:
            self._edge(made, self.joined[a], self.joined[b])
        for step, cell in zip(self.joined, self.laid.cells, strict=True):
            self._box(made, step, *self._corner(cell))
        top = self._alone(made, self.top + self.laid.rows * ROW + 6, wide)
        few = ["先后关系太多：由其他环节已可推出的未画。"] if self.crowded else []
        wrapped = (says.wrap(each, wide - 2 * MARGIN, 11, 4) for each in cautions(self.plan))
        for told in [*few, *chain.from_iterable(wrapped), *dropped_lines(self.plan)]:
            words(made, says.fit(told, wide - 2 * MARGIN, 11), MARGIN, top + 12, "d")
            top += 17
        return top

    def _alone(self, made: Element, top: float, wide: float) -> float:
        """Steps that neither wait nor are waited for, in rows."""
        if not self.alone:
            return top
        words(made, "与其他环节没有先后关系：", MARGIN, top + 14)
        in_row = max(1, int((wide - 2 * MARGIN + 14) // (BOX + 14)))
        for n, step in enumerate(self.alone):
            self._box(made, step, MARGIN + n % in_row * (BOX + 14), top + 36 + n // in_row * ROW)
        return top + 36 + -(-len(self.alone) // in_row) * ROW

    def _corner(self, cell: Cell) -> tuple[float, float]:
        return MARGIN + cell[0] * PITCH, round(self.top + cell[1] * ROW - HIGH / 2 + 4, 1)

    # --- lines --------------------------------------------------------------------------------------------------------

    def _edge(self, made: Element, before: Planned, after: Planned) -> None:
        a, b = self.index[before.step.id], self.index[after.step.id]
        known = [e for e in self.edges.get(after.step.id, ()) if e.before == says.original(before.step.id)]
        firm = min((e.firm for e in known), key=FIRMEST.index, default=None)
        critical = self._critical(before, after)
        way = [self.laid.cells[a], *self.laid.routes[a, b], self.laid.cells[b]]
        self._line(
            made, self._path(way), self._why(before, after, known),
            stroke=DARK if critical else INK, stroke_width=3.2 if critical else 1.1,
            stroke_dasharray=(DASHES[firm] if firm else MADE) or "none", marker_end="url(#tip)",
        )  # fmt: skip

    def _why(self, before: Planned, after: Planned, known: Sequence[Edge]) -> str:
        reasons = [*map(says.reason, known)] or [says.made_for(after.step)]
        return f"{says.plain(before.step.id)} → {says.plain(after.step.id)}\n" + "\n".join(reasons)

    def _without(self, made: Element, each: Dropped) -> None:
        a, b = self.index.get(each.edge.before), self.index.get(each.edge.after)
        if a is None or b is None:
            return
        here, there = self._middle(self.laid.cells[a]), self._middle(self.laid.cells[b])
        (x, y), (x2, y2) = _border(here, there), _border(there, here)
        at = self._line(
            made,
            f"M{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}",
            says.dropped(each),
            stroke=GREY,
            stroke_width=0.9,
            stroke_dasharray="3 3",
            marker_end="url(#tip-grey)",
        )
        words(at, "✕", (x + x2) / 2, (y + y2) / 2 + 4, "d", "middle")

    def _middle(self, cell: Cell) -> tuple[float, float]:
        x, y = self._corner(cell)
        return x + BOX / 2, y + HIGH / 2

    def _line(self, made: Element, path: str, why: str, **look: Any) -> Element:
        at = group(made, why, "img")
        add(at, "path", d=path, fill="none", **look)
        return at

    def _path(self, way: Sequence[Cell]) -> str:
        """Level through each layer between, a curve from one layer to the next."""
        x, y = self._corner(way[0])
        x, y = x + BOX, y + HIGH / 2
        out = [f"M{x:.1f} {y:.1f}"]
        for cell in way[1:]:
            x2, y2 = self._corner(cell)
            y2 += HIGH / 2
            bend = (x2 - x) / 2
            out.append(f"C{x + bend:.1f} {y:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}")
            if cell is not way[-1]:
                out.append(f"H{x2 + BOX:.1f}")
                x2 += BOX
            x, y = x2, y2
        return "".join(out)

    # --- boxes --------------------------------------------------------------------------------------------------------

    def _box(self, made: Element, planned: Planned, x: float, y: float) -> None:
        step = planned.step
        at = group(made, "\n".join(says.notes(planned, self.edges.get(step.id, ()), self.sheet.departments)))
        band = "url(#assumed)" if planned.stands_on else LIGHT if says.made(step) else ""
        add(
            at, "rect", x=x, y=y, width=BOX, height=HIGH, rx=16 if step.own_work else 4, fill="#fff",
            stroke=DARK if planned.critical else GREY, stroke_width=2.6 if planned.critical else 1,
            stroke_dasharray="none" if step.applies is not Truth.UNKNOWN else "4 3",
        )  # fmt: skip
        if band:
            inset = 14 if step.own_work else 2
            add(at, "rect", x=x + 2, y=y + inset, width=7, height=HIGH - 2 * inset, fill=band)
        days = f"{step.days} {says.UNITS[step.unit].removeprefix('个')}"
        room = BOX - 26 - says.width(days, 10)
        words(at, says.fit(says.short(step), room, 12), x + 12, y + 16, "b")
        words(at, days, x + BOX - 8, y + 16, "d", "end", style="font-size:10px")
        title = says.plain(step.title) if step.title != step.id else ""
        for n, each in enumerate(says.wrap(title, BOX - 20, 11, 2)):
            words(at, each, x + 12, y + 31 + 13 * n, style="font-size:11px")
        who = self.sheet.department(step.department) if step.department else ""
        words(at, says.fit(who, BOX - 22, 10), x + 12, y + 57, "d", style="font-size:10px")
        if planned.stands_on:
            halo(at, f"假设 · {says.NO_FORCE}", x + 12, y - 5, 10, style="font-size:10px")


def _border(inside: tuple[float, float], toward: tuple[float, float]) -> tuple[float, float]:
    """Where a line from the middle of a box to somewhere else leaves the box."""
    (x, y), (x2, y2) = inside, toward
    reach = max(abs(x2 - x) / (BOX / 2), abs(y2 - y) / (HIGH / 2), 1.0)
    return x + (x2 - x) / reach, y + (y2 - y) / reach
