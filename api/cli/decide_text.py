"""A decision in words (判定结果的文字): for the clerk at the window, in Chinese or with English headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.policy import PolicyBook
from engine.terms import Scope

_KINDS = {
    "licence": ("行政许可", "licence"),
    "filing": ("备案", "filing"),
    "confirmation": ("行政确认", "confirmation"),
    "review": ("技术审查", "review"),
    "government": ("政府内部事项", "government"),
    "utility": ("公用服务", "utility"),
    "own_duty": ("建设单位自办", "own duty"),
}
_FIRM = {
    "required": ("必交", "required"),
    "assumable": ("可先承诺", "assumable"),
    "before_issue": ("可容缺，出证前补齐", "before issue"),
    "customary": ("地方习惯", "customary"),
}
_UNITS = {
    "working": ("个工作日", "working days"),
    "calendar": ("日", "calendar days"),
    "month": ("个月", "months"),
    "year": ("年", "years"),
}
_PARTS = {
    "precondition": ("前提", "precondition"),
    "opinion": ("出意见", "opinion"),
    "result": ("结果", "result"),
    None: ("另行办理", "apart"),
}
_LIMITS = {"statutory": ("法定", "by law"), "promised": ("承诺", "promised")}
_ELIGIBLE = {
    "yes": ("可以受理", "May be taken in"),
    "no": ("不能受理", "May not be taken in"),
    "unknown": ("尚不能判断能否受理", "Cannot be said yet"),
}
_ITEMS = {
    "yes": ("需要办理", "Apply"),
    "unknown": ("尚不能判断", "Cannot be said yet"),
    "no": ("不需办理", "Do not apply"),
}

MOST_REASONS = 8
"""Reasons said of one item; ``--json`` has them all."""


class Wording:
    """Says decisions; knows the names of departments and of the service."""

    def __init__(self, book: PolicyBook, english: bool) -> None:
        self.book, self.english = book, english

    def _word(self, pair: tuple[str, str]) -> str:
        return pair[1] if self.english else pair[0]

    def _pick(self, chinese: str, english: str) -> str:
        return english if self.english else chinese

    def show(self, answer: Mapping[str, Any]) -> str:
        """One decision, as text of several lines."""
        return "\n".join(self._lines(answer))

    def _lines(self, answer: Mapping[str, Any]) -> Iterator[str]:
        service = self.book.services.get(answer["service"])
        title = service.title if service and not self.english else answer["service"]
        version = answer["policy"]["version"]
        yield f"{title}　{answer['on']}　{self._pick('政策版本', 'policy')} {version}"
        yield ""
        yield self._word(_ELIGIBLE[answer["eligible"]])
        for reason in answer["reasons"]:
            yield self._reason(reason, "  ")
        for warning in answer["warnings"]:
            yield f"  ！{warning['says']}"
        parts = any(i["part"] for i in answer["items"])
        everywhere: Sequence[str] = max((i["buildings"] for i in answer["items"]), key=len, default=())
        for truth in ("yes", "unknown", "no"):
            items = [i for i in answer["items"] if i["applies"] == truth]
            if items:
                yield ""
                yield f"{self._word(_ITEMS[truth])}（{len(items)}）"
                for item in items:
                    yield from self._item(item, everywhere, parts)
        yield from self._needs(answer["needs"])

    def _item(self, item: Mapping[str, Any], everywhere: Sequence[str], parts: bool) -> Iterator[str]:
        department = (
            item["department"] if self.english else self.book.departments.get(item["department"], item["department"])
        )
        words = [department, self._word(_KINDS[item["kind"]])]
        if parts:  # in a service where nobody plays a part, “apart” would say nothing
            words.append(self._word(_PARTS.get(item["part"], (str(item["part"]), str(item["part"])))))
        line = f"  {item['id']} {item['title']}（{'，'.join(words)}）"
        if item["applies"] == "no":
            yield f"{line}"
            yield self._reason(item["because"][0], "      ")
            return
        yield line
        for reason in item["because"][:MOST_REASONS]:
            if reason["facts"] or reason["cite"]:
                yield self._reason(reason, "      ")
        if item["buildings"] and item["buildings"] != everywhere:
            yield f"      {self._pick('单体', 'Buildings')}：{'、'.join(item['buildings'])}"
        for limit in item["limits"]:
            yield f"      {self._limit(limit)}"
        if item["materials"]:
            papers = "；".join(f"{m['title']}（{self._word(_FIRM[m['firm']])}）" for m in item["materials"])
            yield f"      {self._pick('材料', 'Papers')}：{papers}"

    def _limit(self, limit: Mapping[str, Any]) -> str:
        kind = self._word(_LIMITS.get(limit["kind"], (limit["kind"], limit["kind"])))
        if limit.get("binds") == "owner":
            kind = self._pick("建设单位期限", "owner's duty")
        source = _cited(limit["cite"])
        if limit["local"]:
            source = self._pick("暂定，", "assumed: ") + limit.get("assumed", {}).get("says", "")
        gap = " " if self.english else ""
        return f"{kind}：{limit['title']} {limit['days']}{gap}{self._word(_UNITS[limit['unit']])}（{source}）"

    def _reason(self, reason: Mapping[str, Any], indent: str) -> str:
        cited = _cited(reason["cite"])
        return f"{indent}{reason['says']}" + (f"〔{cited}〕" if cited else "")

    def _needs(self, needs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        if not needs:
            return
        yield ""
        yield self._pick("请补充下列事实（先问最管用的）", "Please state these facts, the most telling first")
        for n, need in enumerate(needs, 1):
            about = f"（{need['building']}）" if "building" in need else ""
            name = self._english_name(need) if self.english else need["title"]
            settles = "、".join(self._pick("能否受理", "eligible") if d == "eligible" else d for d in need["decides"])
            yield f"  {n}. {name}{about} → {self._pick('可定', 'settles ')}{settles}"

    def _english_name(self, need: Mapping[str, Any]) -> str:
        scopes = (Scope.BUILDING,) if "building" in need else (Scope.PROJECT, Scope.WORKS)
        found = next((f for s in scopes if (f := self.book.vocabulary.get(s, need["fact"]))), None)
        return found.title_en if found and found.title_en else str(need["fact"])


def _cited(cites: Sequence[Mapping[str, str]]) -> str:
    return "；".join(f"《{c['instrument']}》{c['article']}" for c in cites)
