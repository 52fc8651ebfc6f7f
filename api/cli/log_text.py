"""What a log shows, in words (日志结论的文字): for a supervisor, the gravest and the dearest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

SHOWN = 15
"""Rows of a list that people are shown; the rest is counted."""
KINDS = {
    "broken_order": ("先后被打乱", "order broken"),
    "open_assumption": ("假设未落实就作出有法律效力的决定", "legal effect on an open assumption"),
    "missing_step": ("缺少环节", "step missing"),
    "late": ("超期", "late"),
    "missed_parallel": ("本可并行却等了", "waited for a step it did not need"),
    "customary_order": ("照习惯等", "waited by custom"),
}
CLASSES = {"violation": ("违规", "Violations"), "finding": ("问题", "Findings"), "advice": ("建议", "Advice")}

Found = Mapping[str, Any]


def mine_text(found: Found, english: bool) -> str:
    """What was mined."""
    return "\n".join(_mined_en(found) if english else _mined(found))


def conform_text(found: Found, english: bool) -> str:
    """How the cases keep to the plan."""
    return "\n".join(_conformed(found, english))


# --- mined ------------------------------------------------------------------------------------------------------------


def _mined(found: Found) -> Iterator[str]:
    time, case, called = found["time"], found["time"]["case"], _names(found.get("titles", {}))
    yield f"{found['cases']} 个办件，{found['events']} 个事件；每件 {_figures(case['working_days'])} 个工作日"
    if time["stops"]["count"]:
        stops = time["stops"]
        yield f"停表 {stops['count']} 次，涉及 {stops['cases']} 件，共 {stops['total_working_days']} 个工作日（用时未扣除）"
    yield f"时间花在哪里（{time['measured']}）："
    yield from _cut([_spent(row | {"step": called(row["step"])}, "step") for row in time["steps"]])
    if time["groups"]:
        yield "按部门："
        yield from _cut([_spent(row, "group") for row in time["groups"]])
    if time["resources"]:
        yield "按经办人："
        yield from _cut([_spent(row, "resource") for row in time["resources"]], 5)
    yield f"固定次序（{found['rule']['says']}；可由其他次序推出的不列）："
    pairs = [f"{called(r['before'])} → {called(r['after'])}" for r in found["reduced"]]
    yield from _cut([f"{p}　{r['share']:.1%}，{r['support']} 件" for p, r in zip(pairs, found["reduced"], strict=True)])
    yield "两种先后都有（可并行）："
    yield from _cut([f"{called(a)} ∥ {called(b)}" for a, b in found["parallel"]])
    for circle in found["circular"]:
        yield f"  注意：{'、'.join(circle)} 的先后互相绕圈，没有列入次序"
    if "serial" in found:
        yield "计划没有要求先后，多数办件却一前一后办："
        dear = [row for row in found["serial"] if row["days"]]
        yield from _cut([_serial(row, called) for row in dear])
        if free := len(found["serial"]) - len(dear):
            yield f"  另有 {free} 对也总是一前一后，但没有哪一件因此多等：先后不等于耽误"
        yield from _unknown(found["unknown_activities"])


def _mined_en(found: Found) -> Iterator[str]:
    time, rule = found["time"], found["rule"]
    days = _figures(time["case"]["working_days"], english=True)
    yield f"{found['cases']} cases, {found['events']} events; working days per case: {days}"
    yield "Where working days go (from the start where the log tells it, else since the last step of the case):"
    yield from _cut([_spent(row, "step", english=True) for row in time["steps"]], english=True)
    yield f"Order kept by {rule['share']:.0%} of at least {rule['support']} cases, less what follows from it:"
    rows = [f"{r['before']} → {r['after']}  {r['share']:.1%}, {r['support']} cases" for r in found["reduced"]]
    yield from _cut(rows, english=True)
    yield "Done either way round:"
    yield from _cut([f"{a} ∥ {b}" for a, b in found["parallel"]], english=True)
    if "serial" in found:
        yield "Left free by the plan, yet run one after the other in most cases:"
        rows = [
            f"{r['before']} → {r['after']}  {r['share']:.0%} of {r['support']} cases; "
            f"{r['waited']} waited, {r['days']} working days"
            for r in found["serial"]
        ]
        yield from _cut(rows, english=True)


def _spent(row: Found, key: str, *, english: bool = False) -> str:
    days = _figures(row["working_days"], english=english)
    if english:
        return f"{row[key]}  {row['share']:.0%} ({row['total_working_days']} working days, {row['done']} done): {days}"
    return f"{row[key]}　占 {row['share']:.0%}（{row['total_working_days']} 个工作日，办结 {row['done']} 次）；{days}"


def _figures(days: Found | None, *, english: bool = False) -> str:
    if days is None:
        return "not told" if english else "日志看不出用时"
    words = ("mean", "median", "p90") if english else ("平均", "中位", "九成不超过")
    return (", " if english else "、").join(
        f"{w} {days[k]:g}" for w, k in zip(words, ("mean", "median", "p90"), strict=True)
    )


def _names(titles: Mapping[str, str]) -> Callable[[str], str]:
    """What a step is called: by its id and the title that the plan has for it."""
    return lambda step: f"{step} {titles[step]}" if step in titles else step


def _serial(row: Found, called: Callable[[str], str]) -> str:
    cost = f"其中 {row['waited']} 件因此等待，共 {row['days']} 个工作日"
    return f"{called(row['before'])} → {called(row['after'])}　{row['support']} 件中 {row['share']:.0%} 如此；{cost}"


def _unknown(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"计划里没有、未对照的环节：{'、'.join(names[:SHOWN])}{'……' if len(names) > SHOWN else ''}（可用 --names 对应）"


def _cut(rows: Sequence[str], most: int = SHOWN, *, english: bool = False) -> Iterator[str]:
    if not rows:
        yield "  none" if english else "  无"
    yield from (f"  {row}" for row in rows[:most])
    if len(rows) > most:
        yield f"  … {len(rows) - most} more (--json)" if english else f"  …… 另有 {len(rows) - most} 条（--json 全列）"


# --- held against a plan ----------------------------------------------------------------------------------------------


def _conformed(found: Found, english: bool) -> Iterator[str]:
    lang, total, plan = int(english), found["total"], found["plan"]
    if plan["source"] == "mined":
        yield (
            f"No plan: order mined from the {plan['learned_from']} earlier cases, held against {plan['tested_on']} later ones."
            if english
            else f"{plan['says']}。"
        )
    yield _total_en(total) if english else _total(total)
    findings = [(case["case"], f) for case in found["cases"] for f in case["findings"]]
    for grade, title in CLASSES.items():
        rows = [(case, f) for case, f in findings if f["class"] == grade]
        if grade == "finding":
            rows = [(case, f) for case, f in rows if f.get("passed", True)]
        counts = Counter(KINDS[f["kind"]][lang] for _, f in rows)
        told = ("; " if english else "；").join(f"{kind} {n}" for kind, n in counts.most_common())
        yield f"{title[lang]}{': ' if english else '：'}{told or ('none' if english else '无')}"
        if grade == "advice":
            yield from _cut(_grouped(rows, english, _names(plan.get("titles", {}))), english=english)
        else:
            yield from _cut([_row(case, f, english) for case, f in _by_weight(rows)], english=english)
    ahead = sum(1 for _, f in findings if f["kind"] == "missing_step" and not f["passed"])
    if ahead:
        yield (
            f"Not done, and nothing after it either (perhaps not yet): {ahead} steps."
            if english
            else f"尚未办、其后的环节也没有办的：{ahead} 处（案件可能未办结，或日志不含这些环节），已计入 missing_steps。"
        )
    if plan["not_in_log"] and not english:
        yield f"计划要求、日志全程未见的环节：{'、'.join(map(_names(plan['titles']), plan['not_in_log']))}"
    if not english:
        yield from _unknown(plan["unknown_activities"])


def _total(total: Found) -> str:
    return (
        f"{total['cases']} 个办件，{total['without_findings']} 件没有违规和问题；次序被打乱 {total['broken_order']} 处，"
        f"假设未落实 {total['open_assumptions']} 处，超期 {total['late']} 处共 {total['late_days']} 个工作日，"
        f"略过环节 {total['skipped_steps']} 处，本可并行而等待 {total['missed_parallel_days']} 个工作日"
        f"（照习惯等的 {total['customary_days']} 个）"
    )


def _total_en(total: Found) -> str:
    return (
        f"{total['cases']} cases, {total['without_findings']} without violations or findings; order broken "
        f"{total['broken_order']}, assumptions open {total['open_assumptions']}, late {total['late']} "
        f"({total['late_days']} working days), steps skipped {total['skipped_steps']}, waited needlessly "
        f"{total['missed_parallel_days']} working days (by custom {total['customary_days']})"
    )


def _by_weight(rows: Sequence[tuple[str, Found]]) -> list[tuple[str, Found]]:
    return sorted(rows, key=lambda row: (list(KINDS).index(row[1]["kind"]), -row[1].get("days", 0), row[0]))


def _row(case: str, finding: Found, english: bool) -> str:
    if not english:
        return f"{case}　{finding['says']}"
    more = f", {finding['days']} working days, due {finding['due']}" if finding["kind"] == "late" else ""
    against = finding.get("needs") or finding.get("discharged_by")
    other = f" ({against})" if against else ""
    return f"{case}  {finding['step'] or 'the whole case'}{other}: {KINDS[finding['kind']][1]}{more}"


def _grouped(rows: Sequence[tuple[str, Found]], english: bool, called: Callable[[str], str]) -> list[str]:
    """Advice by pair of steps, the dearest first: a habit of the house is no matter of one case."""
    days: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    beyond: Counter[tuple[str, str, str]] = Counter()
    for _, f in rows:
        pair = f["kind"], f["after"], f["step"]
        days[pair].append(f["days"])
        beyond[pair] += max(0, f["days"] - max(0, f["slack"] or 0))
    out = []
    for pair, each in sorted(days.items(), key=lambda item: (-beyond[item[0]], -sum(item[1]), item[0])):
        kind, after, step = pair
        title = KINDS[kind][int(english)]
        slack = any(f["slack"] is not None for _, f in rows)
        out.append(
            f"{step} after {after}: {title}; {len(each)} cases, {sum(each)} working days{f', {beyond[pair]} beyond slack' * slack}"
            if english
            else f"{called(step)} 等 {called(after)}（{title}）：{len(each)} 件，共 {sum(each)} 个工作日，最多一件 {max(each)} 个{f'；超出计划机动的 {beyond[pair]} 个' * slack}"
        )
    return out
