"""A plan as a Gantt picture (横道图): readings above one another on one axis, in SVG.

A bar is a step: dark where any day lost is lost for the whole (关键), light where there is slack, hatched where it stands
on an assumption (假设), with round ends where it is the owner's own work (自办), with a white line where it turns a review formal
(转正), with a broken outline where nobody can say yet whether it is needed; the line after it is its slack (机动).
"""

from __future__ import annotations

from itertools import chain
from xml.etree.ElementTree import Element

from api.exports import text as says
from api.exports.axis import Axis
from api.exports.panels import MILESTONE_WORDS, cautions, dropped_lines, headline, under
from api.exports.sheet import Sheet, bounded
from api.exports.svg import DARK, GREY, LIGHT, REST, RULE, Svg, add, group, line, words
from engine.plan import MILESTONES, Plan, Planned, milestones
from engine.terms import Truth

LEFT, CHART, RIGHT, ROW, BAR = 372, 836, 22, 22, 13
WIDE = LEFT + CHART + RIGHT
ONE_LINE = 17


def gantt(sheet: Sheet) -> bytes:
    """The picture of the readings of one project.

    Raises:
        InputError: more steps than anybody could read.
    """
    bounded(sheet)
    title = "并联计划" + (f"（至 {says.plain(sheet.until)} 为止）" if sheet.until else "")
    desc = "；".join(headline(p) for p in sheet.plans)
    svg = Svg(title, f"{desc}。{says.NOT_LEAVE}")
    return svg.written(WIDE, _Picture(sheet, svg.root).drawn(title))


class _Picture:
    """Draws downward; every method gives where it came to."""

    def __init__(self, sheet: Sheet, root: Element) -> None:
        self.sheet, self.root = sheet, root
        start, end = min(p.start for p in sheet.plans), max(p.finish for p in sheet.plans)
        self.axis = Axis(start, end, LEFT, CHART)
        self.edges = sheet.edges_to()
        self.milestones = milestones(sheet.plans)

    def drawn(self, title: str) -> float:
        words(self.root, title, 12, 26, "h", style="font-size:19px")
        saved = self.sheet.savings
        told = (
            f"节省的工作日：去除习惯 {saved.by_dropping_custom}，容缺 {saved.by_before_issue}，"
            f"模拟 {saved.by_assumption}，人力 {saved.by_capacity}。{says.NOT_LEAVE}"
        )
        words(self.root, told, 12, 46, "d")
        top = self._key(58)
        for plan in self.sheet.plans:
            top = self._panel(plan, top + 22)
        return top + 16

    # --- what the signs mean ------------------------------------------------------------------------------------------

    def _key(self, top: float) -> float:
        signs = (
            ("关键环节", {"fill": DARK, "stroke": DARK}, 3),
            ("有机动（其后虚线为机动时间）", {"fill": LIGHT, "stroke": GREY}, 3),
            (f"立足于假设，{says.NO_FORCE}", {"fill": "url(#assumed)", "stroke": DARK}, 3),
            ("建设单位自办", {"fill": LIGHT, "stroke": GREY}, BAR / 2),
            ("转正", {"fill": LIGHT, "stroke": GREY}, 0),
            ("是否需要未定", {"fill": "#fff", "stroke": GREY, "stroke_dasharray": "3 2"}, 3),
            ("休息日", {"fill": RULE}, 0),
        )
        x: float = 12
        for label, look, round_ in signs:
            if label == "休息日" and self.sheet.calendar is None:
                continue
            add(self.root, "rect", x=x, y=top, width=30, height=BAR, rx=round_, stroke_width=0.8, **look)
            if label == "转正":
                line(self.root, x + 2, top + BAR / 2, x + 28, top + BAR / 2, "#fff", stroke_width=2.5)
            words(self.root, label, x + 36, top + 11)
            x += 36 + says.width(label, 12) + 18
        return top + BAR

    # --- one reading --------------------------------------------------------------------------------------------------

    def _panel(self, plan: Plan, top: float) -> float:
        rows = sorted(
            (s for s in plan.steps if s.step.days or s.stands_on),
            key=lambda s: (s.earliest_start, s.earliest_finish, s.step.id),
        )
        made = group(self.root, says.TITLES[plan.reading], "list")
        line(made, 12, top, WIDE - RIGHT, top, GREY)
        words(made, headline(plan), 12, top + 24, "h")
        words(made, says.fit(under(plan, self.milestones), WIDE - 24, 12), 12, top + 43)
        base = top + 80
        self._ground(made, base, ROW * len(rows))
        self._lines(made, plan, base, ROW * len(rows))
        for n, planned in enumerate(rows):
            self._row(made, planned, base + n * ROW)
        return self._dropped(made, plan, base + ROW * len(rows) + 6, len(plan.steps) - len(rows))

    def _ground(self, made: Element, base: float, high: float) -> None:
        if self.sheet.calendar is not None:
            strips = []
            for x, wide, long in self.axis.rests(self.sheet.calendar):
                strips.append(f"M{x} {base - 8}h{wide:.1f}v6h-{wide:.1f}z")
                if long:
                    add(made, "rect", x=x, y=base - 2, width=wide, height=high + 2, fill=REST)
            if strips:
                add(made, "path", d="".join(strips), fill="#b1b9be")
        line(made, LEFT, base - 2, LEFT + CHART, base - 2, GREY)
        for x, label in self.axis.ticks():
            line(made, x, base - 26, x, base + high, RULE)
            if x + says.width(label, 11) < WIDE - 4:
                words(made, label, x + 3, base - 17, "d")
        for n in range(int(high // ROW)):
            line(made, 12, base + (n + 1) * ROW, LEFT + CHART, base + (n + 1) * ROW, "#f0f2f3")

    def _lines(self, made: Element, plan: Plan, base: float, high: float) -> None:
        """Milestones as broken lines over the whole height."""
        for name in MILESTONES:
            when = self.milestones[name][plan.reading.value]
            if when is not None:
                sign, title = MILESTONE_WORDS[name]
                mark = group(made, f"{title} {says.at(when)}")
                x = self.axis.x(when)
                line(mark, x, base - 2, x, base + high, DARK, stroke_dasharray="1 3")
                words(mark, sign, x, base - 3, anchor="middle", fill=DARK)

    def _row(self, made: Element, planned: Planned, top: float) -> None:
        step = planned.step
        made = group(made, "\n".join(says.notes(planned, self.edges.get(step.id, ()), self.sheet.departments)))
        own = "〔自办〕" if step.own_work else ""
        own += "〔未定〕" if step.applies is Truth.UNKNOWN else ""
        days = f"{step.days} {says.UNITS[step.unit].removeprefix('个')}"
        room = LEFT - 30 - says.width(days, 11) - says.width(own, 12)
        words(made, says.fit(says.label(step), room, 12) + own, 12, top + 15, "b" if planned.critical else "")
        words(made, days, LEFT - 10, top + 15, "d", "end")
        x, end = self.axis.x(planned.earliest_start), self.axis.x(planned.earliest_finish)
        late = self.axis.x(max(planned.earliest_finish, planned.latest_finish))
        self._bar(made, planned, x, max(2.0, round(end - x, 1)), top + (ROW - BAR) / 2)
        if late > end:
            middle = top + ROW / 2
            line(made, end, middle, late, middle, GREY, stroke_dasharray="2 2")
            line(made, late, middle - 4, late, middle + 4, GREY)
        if planned.stands_on:
            self._no_force(made, x, max(late, x + 2), top + 15)

    def _bar(self, made: Element, planned: Planned, x: float, wide: float, top: float) -> None:
        step = planned.step
        fill = DARK if planned.critical else LIGHT
        if planned.stands_on:
            fill = "url(#assumed)" if planned.critical else "url(#assumed-slack)"
        look = {"stroke_dasharray": "3 2"} if step.applies is Truth.UNKNOWN else {}
        if look and not planned.stands_on:
            fill = "#fff"
        add(
            made, "rect", x=x, y=top, width=wide, height=BAR, rx=BAR / 2 if step.own_work else 2, fill=fill,
            stroke=DARK if planned.critical else GREY, stroke_width=0.8, **look,
        )  # fmt: skip
        if says.made(step) and wide > 5:
            line(made, x + 1.5, top + BAR / 2, x + wide - 1.5, top + BAR / 2, "#fff", stroke_width=2.5)

    def _no_force(self, made: Element, x: float, after: float, y: float) -> None:
        """Beside the bar, where there is room."""
        wide = says.width(says.NO_FORCE, 11)
        if after + 6 + wide < WIDE - 4:
            words(made, says.NO_FORCE, after + 6, y, "d")
        elif x - 6 - wide > LEFT:
            words(made, says.NO_FORCE, x - 6, y, "d", "end")

    def _dropped(self, made: Element, plan: Plan, top: float, idle: int) -> float:
        wrapped = (says.wrap(each, WIDE - 34, 11, 4) for each in cautions(plan))
        lines = [*chain.from_iterable(wrapped), *dropped_lines(plan)]
        if idle:
            lines.append(f"另有 {idle} 个环节未定用时或不占时间，未画。")
        for each in lines:
            words(made, says.fit(each, WIDE - 34, 11), 12, top + 12, "d")
            top += ONE_LINE
        return top
