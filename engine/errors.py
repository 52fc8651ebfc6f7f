"""Errors of the law and of the case; they know nothing of HTTP or of exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was handed in (一处错误): where, what stood there, and how to mend it.

    ``pointer`` is an RFC 6901 JSON pointer (or ``file:line`` for policy files), ``value`` what was found there,
    ``fix`` says in Chinese what is wrong and what to write instead; ``fix_en`` says the same in English.
    """

    pointer: str
    value: Any
    fix: str
    fix_en: str = ""


class ApprovalError(Exception):
    """Base of every error that this project raises on purpose. Its text is Chinese and for people."""

    code = "approval-error"
    title = "办理出错"
    title_en = "Approval error"

    def __init__(self, detail: str, *, detail_en: str = "", errors: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.detail_en = detail_en
        self.errors = tuple(errors)


class InputError(ApprovalError):
    """What was handed in is wrong (输入有误): all faults at once, nothing done."""

    code = "wrong-input"
    title = "输入有误"
    title_en = "Wrong input"

    def __init__(self, errors: Sequence[Fault], detail: str = "") -> None:
        first = errors[0] if errors else None
        text = detail or (f"{first.pointer or '/'}：{first.fix}" if first else "输入有误。")
        if not detail and len(errors) > 1:
            text += f"（另有 {len(errors) - 1} 处）"
        english = f"{first.pointer or '/'}: {first.fix_en or first.fix}" if first else "Wrong input."
        super().__init__(text, detail_en=english, errors=errors)


class PolicyError(InputError):
    """The policy data contradict themselves or the vocabulary (政策数据有误); names file and line."""

    code = "policy-data"
    title = "政策数据有误"
    title_en = "Faulty policy data"


class NotPublishedError(ApprovalError):
    """Only an authority's data could answer, and they are not published yet (主管机关数据未公布)."""

    code = "not-published"
    title = "主管机关尚未公布所需数据"
    title_en = "The authority has not published the data"


class DisagreementError(ApprovalError):
    """The two engines gave different answers, or one of them could not answer (两个引擎结论不一致).

    Nothing is decided; the matter goes to a person with both traces.
    """

    code = "engines-disagree"
    title = "规则引擎未能一致作答"
    title_en = "The rule engines do not agree"


class ConflictError(ApprovalError):
    """Two conclusions on the same facts (同一事实得出两个结论): the decision stops and names both."""

    code = "two-conclusions"
    title = "同一事实得出两个结论"
    title_en = "Two conclusions on the same facts"


class RefusedError(ApprovalError):
    """A command that the state of the case, or the law, does not allow now (此时不能办理)."""

    code = "not-now"
    title = "此时不能办理"
    title_en = "Not possible now"


class ForbiddenError(ApprovalError):
    """A command that is not this person's to give (无权办理)."""

    code = "not-yours"
    title = "无权办理"
    title_en = "Not yours to do"


class NotFoundError(ApprovalError):
    """No such thing, or none that this person may know of (查无此件)."""

    code = "not-found"
    title = "查无此件"
    title_en = "Not found"
