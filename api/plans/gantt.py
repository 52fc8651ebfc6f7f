"""A plan as a picture (横道图): readings above one another, in SVG with text that can be selected, colours that print, titles.

A bar is a step: dark where any day lost is lost for the whole (关键), hatched where it stands on an assumption (假设), with a
thin line after it as long as its slack (机动). Each bar has a title for readers that cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from engine.plan import Plan, Planned
from engine.reading import Reading

TITLES = {
    Reading.SERIAL: "串联（现行做法）",
    Reading.PARALLEL: "并联（依法）",
    Reading.SIMULATED: "模拟审批",
    Reading.BEFOREHAND: "并联，先完成后决定",
}
LEFT, ROW, HEAD, WIDTH = 300, 22, 60, 900
CRITICAL, PLAIN, LINE, INK = "#14447c", "#9db8d6", "#505a5f", "#0b0c0c"
STYLE = (
    'text{font-family:"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;font-size:12px;fill:#0b0c0c}'
    ".h{font-size:16px;font-weight:700}.d{font-size:11px;fill:#505a5f}"
)
HATCH = (
    '<defs><pattern id="assumed" width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#fff"/><rect width="3" height="6" fill="#14447c"/></pattern></defs>'
)
KEY = "深色：关键环节　浅色：有机动　斜纹：立足于假设　细线：机动时间"


def gantt(plans: Sequence[Plan], *, skip_idle: bool = True) -> str:
    """The picture of some readings of one project, on one scale.

    Args:
        plans: with real dates.
        skip_idle: leave out steps that take no time and stand on nothing.
    """
    start, end = min(p.start for p in plans), max(p.finish for p in plans)
    scale = _Scale(start, end)
    body: list[str] = []
    top = 10
    for each in plans:
        rows = [s for s in each.steps if s.step.days or s.stands_on or not skip_idle]
        body += _panel(each, sorted(rows, key=lambda s: (s.earliest_start, s.earliest_finish, s.step.id)), top, scale)
        top += HEAD + ROW * len(rows) + 24
    height = top + 24
    says = "；".join(f"{TITLES[p.reading]}{p.start}至{p.finish}，{p.working_days}个工作日" for p in plans)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" role="img" lang="zh-CN" '
        f'aria-labelledby="title desc"><title id="title">并联计划</title><desc id="desc">{escape(says)}</desc>'
        f"<style>{STYLE}</style>{HATCH}"
        f'<rect width="100%" height="100%" fill="#fff"/>'
    )
    return "\n".join([head, *body, f'<text class="d" x="10" y="{top + 10}">{KEY}</text>', "</svg>", ""])


class _Scale:
    """From a day to a place across the picture."""

    def __init__(self, start: date, end: date) -> None:
        self.start, self.end = start, end
        self.per_day = WIDTH / max(1, (end - start).days)

    def x(self, day: date) -> float:
        return round(LEFT + (day - self.start).days * self.per_day, 1)

    def months(self) -> Iterator[date]:
        """First days of months, far enough apart to be written."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        step = max(1, -(-months // 14))
        for n in range(1, months + 1, step):
            year, month = divmod(self.start.year * 12 + self.start.month - 1 + n, 12)
            yield date(year, month + 1, 1)


def _panel(plan: Plan, rows: Sequence[Planned], top: int, scale: _Scale) -> Iterable[str]:
    height = ROW * len(rows)
    yield f'<g role="list" aria-label={quoteattr(TITLES[plan.reading])}>'
    says = f"{TITLES[plan.reading]}：{plan.start} 至 {plan.finish}，{plan.working_days} 个工作日"
    yield f'<text class="h" x="10" y="{top + 18}">{escape(says)}</text>'
    base = top + HEAD
    for day in scale.months():
        x = scale.x(day)
        yield f'<line x1="{x}" y1="{base - 14}" x2="{x}" y2="{base + height}" stroke="#d8dde0"/>'
        if x < LEFT + WIDTH - 40:
            yield f'<text class="d" x="{x + 3}" y="{base - 6}">{day:%Y-%m}</text>'
    for n, planned in enumerate(rows):
        yield from _bar(planned, base + n * ROW, scale)
    yield "</g>"


def _bar(planned: Planned, top: int, scale: _Scale) -> Iterable[str]:
    step = planned.step
    x, end, late = (
        scale.x(planned.earliest_start),
        scale.x(planned.earliest_finish),
        scale.x(max(planned.earliest_finish, planned.latest_finish)),
    )
    fill = "url(#assumed)" if planned.stands_on else CRITICAL if planned.critical else PLAIN
    label = f"{step.id} {step.title}"
    shown = label if len(label) <= 24 else label[:23] + "…"
    yield f'<g role="listitem"><title>{escape(_title(planned))}</title>'
    yield f'<text x="10" y="{top + 15}">{escape(shown)}</text>'
    yield (
        f'<rect x="{x}" y="{top + 4}" width="{max(2.0, round(end - x, 1))}" height="13" fill="{fill}" '
        f'stroke="{CRITICAL if planned.critical else LINE}" stroke-width="0.7"/>'
    )
    if late > end:
        yield f'<line x1="{end}" y1="{top + 11}" x2="{late}" y2="{top + 11}" stroke="{LINE}" stroke-dasharray="2 2"/>'
    yield "</g>"


def _title(planned: Planned) -> str:
    step = planned.step
    parts = [
        f"{step.id} {step.title}：最早 {planned.earliest_start} 至 {planned.earliest_finish}",
        f"最迟 {planned.latest_start} 至 {planned.latest_finish}",
        "关键环节" if planned.critical else f"机动 {planned.slack} 个工作日",
    ]
    if planned.stands_on:
        parts.append(f"立足于假设 {'、'.join(planned.stands_on)}，无行政许可效力")
    return "；".join(parts)
