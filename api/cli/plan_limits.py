"""What limits a plan, on the command line (卡在哪里): ``plan --what-if``, ``--frontier``, ``--samples``; asked and in words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from api.plans.limiting import MOST_TOP, Asked, frontier_json, samples_json, what_if_json
from engine.errors import Fault, InputError
from engine.sampling import MOST_SAMPLES

KEYS = ("observed", "failing", "assume")
"""What may stand beside the facts, or beside the steps of a bare graph."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of the three is asked for."""

    what_if: bool
    frontier: bool
    samples: int | None
    seed: int
    top: int

    @property
    def any(self) -> bool:
        """Whether any is."""
        return self.what_if or self.frontier or self.samples is not None

    def answer(self, asked: Asked, told: Mapping[str, Any]) -> dict[str, Any]:
        """The answer as JSON has it."""
        if self.what_if:
            return what_if_json(asked, self.top)
        if self.frontier:
            return frontier_json(asked, told.get("failing"), told.get("assume"))
        return samples_json(asked, told.get("observed"), self.samples or 0, self.seed)


def wishes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; it gets them as ``wish``."""

    @click.option("--what-if", "what_if", is_flag=True, help="卡在哪里：逐项试算，哪一处改动单独节省最多。")
    @click.option("--top", type=click.IntRange(1, MOST_TOP), default=10, help="--what-if 每类列出几处，默认 10。")
    @click.option("--frontier", is_flag=True, help="假设的取舍：每种组合节省几天、预期损失多少环节天。")
    @click.option(
        "--samples",
        type=click.IntRange(1, MOST_SAMPLES),
        metavar="N",
        help=f"办理时间不确定：按 observed 抽 N 个样本（至多 {MOST_SAMPLES}）。",
    )
    @click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, help="抽样的种子，默认 0；同一种子结果相同。")
    @functools.wraps(command)
    def with_wish(
        *args: Any, what_if: bool, top: int, frontier: bool, samples: int | None, seed: int, **kwargs: Any
    ) -> Any:
        chosen = {"--what-if": what_if, "--frontier": frontier, "--samples": samples is not None}
        chosen |= {"--compare": bool(kwargs.get("compare")), "--svg": kwargs.get("svg") is not None}
        names = [name for name, on in chosen.items() if on]
        if len(names) > 1 and names != ["--compare", "--svg"]:
            fix = f"{'、'.join(names)} 请只用一个。"
            raise InputError([Fault(names[1], names[1], fix, f"Use one of {', '.join(names)}.")])
        return command(*args, wish=Wish(what_if, frontier, samples, seed, top), **kwargs)

    return with_wish


def split(raw: Any) -> tuple[Any, dict[str, Any]]:
    """An input without what only these questions read, and that."""
    if not isinstance(raw, Mapping):
        return raw, {}
    return {k: v for k, v in raw.items() if k not in KEYS}, {k: raw[k] for k in KEYS if k in raw}


def lines(found: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str] | None:
    """An answer in words; None where it is none of these."""
    if "changes" in found:
        return _changes(found, titles)
    if "frontier" in found:
        return _frontier(found)
    return _samples(found, titles) if "quantiles" in found else None


def _changes(found: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    yield f"{titles[found['reading']]}：{found['start']} 至 {found['finish']}，{found['working_days']} 个工作日"
    yield f"逐项试算 {found['tried']} 处改动，{found['saving']} 处能节省；单独节省最多的："
    for each in found["changes"]:
        law = "、".join(f"《{c['instrument']}》{c['article']}" for c in each["cite"])
        why = law or each.get("assumed", {}).get("says") or "没有法律依据的习惯"
        yield f"  节省 {each['days_saved']} 个工作日（至 {each['finish']}）　{each['change']}；{why}"
    yield from _warned(found)


def _frontier(found: Mapping[str, Any]) -> Iterator[str]:
    without = found["without"]
    yield f"不作任何假设：{found['start']} 至 {without['finish']}，{without['working_days']} 个工作日"
    for each in found["assumptions"]:
        why = f"（{each['assumed']['says']}）" if "assumed" in each else ""
        yield f"  可假设：{each['id']}　{each['document']}，由 {each['discharged_by']} 落实，落空的可能 {each['fails']:.0%}{why}"
    yield f"{found['sets']} 种组合中值得考虑的（同样的损失，没有别的组合节省更多）："
    for each in found["frontier"]:
        which = "、".join(each["assume"]) or "都不假设"
        yield (
            f"  节省 {each['days_saved']} 个工作日（至 {each['finish']}）　预期损失 {each['step_days_lost']} 环节天"
            f"（全部落空 {each['step_days_at_risk']}）　{which}"
        )
    yield "假设落空时，立足于它且已做的工作作废重做；完成不晚于不作假设的日期，转正所需的天数除外。"
    yield from _warned(found)


def _samples(found: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    plan = found["plan"]
    yield f"{titles[found['reading']]}，自 {found['start']} 起，{found['samples']} 个样本（种子 {found['seed']}）"
    yield f"计划天数：{plan['finish']}（{plan['working_days']} 个工作日），按时完成的样本占 {plan['in_time']:.0%}；{plan['says']}"
    yield f"平均 {found['mean']} 个工作日（标准误 {found['standard_error']}）；各环节取平均天数只得 {found['of_mean_days']}，多路等齐再推迟 {found['merge_bias']}"
    for each in found["quantiles"]:
        yield f"  {each['share']}% 的样本在 {each['finish']}（{each['working_days']} 个工作日）以前完成"
    yield from _histogram(found["histogram"])
    yield "关键的可能（该环节拖一天、全程就拖一天的样本所占比例）："
    for step in [s for s in found["steps"] if s["critical"] >= 0.01][:20]:
        yield f"  {step['critical']:>4.0%}　{step['id']} {step['title']}"
    if found["as_planned"]:
        yield f"没有观察、按计划天数的环节：{'、'.join(found['as_planned'])}"
    yield from _warned(found)


def _histogram(bars: Sequence[Mapping[str, int]]) -> Iterator[str]:
    """Working days and how many samples took them; days that none took are left out."""
    most = max(bar["samples"] for bar in bars)
    skipped = False
    for bar in bars:
        if bar["samples"]:
            days = f"{bar['from']}–{bar['to']}" if bar["from"] < bar["to"] else str(bar["from"])
            yield from ["        ⋮"] * skipped
            yield f"  {days:>11} {'█' * (round(40 * bar['samples'] / most) or 1)} {bar['samples']}"
        skipped = not bar["samples"]


def _warned(found: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"注意：{w['says']}" for w in found["warnings"])
