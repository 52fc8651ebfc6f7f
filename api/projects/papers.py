"""What may be filed with a project (可提交的文书): materials, papers with declared fields, results made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.access import may
from api.projects.schemas import DocumentIn
from api.transaction import Work
from engine import filing
from engine.assumed import AssumedField as Field
from engine.assumed import AssumedPaper, FieldType, read_paper
from engine.dossier import FileRef, Standing
from engine.errors import Fault, ForbiddenError, InputError, RefusedError
from engine.events import Event, day_of
from engine.lapsing import check_extension
from engine.policy import EXTENSION, RESULT, ItemKind, PolicyBook
from engine.procedure import StepKind
from engine.terms import Truth
from engine.values import escape, read_decimal, read_words

RESULT_FIELDS = AssumedPaper(
    "result",
    "办理结果",
    (Field("number", "文号"), Field("issued_by", "作出机关"), Field("issued_on", "作出日期", FieldType.DAY)),
)
"""What is registered of a result that was made elsewhere (别处作出的办理结果)."""
EXTENSION_FIELDS = AssumedPaper(
    "extension", "准予延期", (*RESULT_FIELDS.fields, Field("until", "延期至", FieldType.DAY))
)
"""What is registered of an extension that a department has granted (准予延期的决定)."""


def filed(work: Work, kind: str, body: DocumentIn, files: Sequence[FileRef], owner: str) -> Event:
    """The event of a filing, checked: who may, which fields, and whether the office has the paper itself.

    Raises:
        ForbiddenError: neither the owner nor, for what others make, the window or a department.
        InputError: unknown kind or field, a field that cannot be compared, a contradicting assumption.
        RefusedError: the paper was made here and is not asked for again; it is named.
    """
    book = work.parts.shelf.current.as_of(day_of(work.now))
    paper = _declared(work, book, kind)
    mine = may(work.actor, "file_document", applicant=owner)
    office = may(work.actor, "file_result", applicant=owner)
    if paper is not None:
        if body.standing == "assumed" and office:
            raise ForbiddenError(
                f"对{paper.title}的假设由建设单位陈述并自担风险；窗口和部门登记已经取得的。",
                detail_en="What is assumed is the owner's to state; an office registers what is there.",
            )
        _allowed(mine or office)
        return filing.file_assumed(
            work.project,
            work.dossier,
            paper,
            body.fields,
            files,
            work.actor,
            work.now,
            standing=Standing(body.standing),
            replaces=body.replaces,
        )
    if body.standing != "real":
        known = "、".join(p.doc for p in _papers(work, book)) or "无"
        fix = f"“{kind}”不能先作假设；可假设的文书：{known}。"
        raise InputError([Fault("/standing", body.standing, fix, "This paper cannot be assumed.")])
    if kind.endswith(RESULT) and kind.removesuffix(RESULT) in book.items:
        item = book.items[kind.removesuffix(RESULT)]
        _allowed(office or (mine and item.kind is ItemKind.OWN_DUTY))
        fields = read_paper(RESULT_FIELDS, body.fields)
        filing.check_not_to_come(fields, day_of(work.now))
        filing.check_not_made_here(work.dossier, kind, item.title)
        if item.kind is ItemKind.OWN_DUTY:
            filing.check_allowed(work.dossier, item, book, fields)
    elif kind.endswith(EXTENSION) and kind.removesuffix(EXTENSION) in book.items:
        _allowed(office)
        fields = read_paper(EXTENSION_FIELDS, body.fields)
        filing.check_not_to_come(fields, day_of(work.now))
        shelf, item = work.parts.shelf, book.items[kind.removesuffix(EXTENSION)]
        check_extension(item, fields, work.dossier, shelf.current.as_of, shelf.calendar, day_of(work.now))
    else:
        _allowed(mine)
        fields = _material_fields(work, kind, body.fields)
    return filing.file_document(work.project, work.dossier, kind, fields, files, work.actor, work.now)


async def check_not_under_way(work: Work, kind: str) -> None:
    """Refuse to register a permit that a case of the project is about to issue itself: there would be two of them.

    Raises:
        RefusedError: such a case is open; the permit is named.
    """
    for case in work.cases() if kind.endswith(RESULT) else ():
        state = work.state(case)
        if state.accepted_on is None or state.ending is not None:
            continue
        here = next((i for i in state.items if i.id + RESULT == kind and i.applies is Truth.YES and i.part), None)
        steps = (await work.law(state)).procedure.steps if here is not None and here.licence else ()
        if here is not None and any(s.results and s.kind is StepKind.ISSUE for s in steps):
            raise RefusedError(
                f"“{here.title}”正由本项目的办件（{case}）办理，由该办件发证，不另登记；确由别处作出的，请先撤回该办件。",
                detail_en=f"{kind} is being made by case {case}.",
            )


def _allowed(may_file: bool) -> None:
    if not may_file:
        raise ForbiddenError(
            "材料由建设单位提交；部门作出的结果由窗口或者该部门登记。",
            detail_en="Owners file materials; the window or a department registers results.",
        )


def _papers(work: Work, book: PolicyBook) -> list[AssumedPaper]:
    """Every paper that some service's procedure declares, today."""
    current, on = work.parts.shelf.current, day_of(work.now)
    found = current.procedures(on).values()
    return [paper for procedure in found for paper in procedure.assumes]


def _declared(work: Work, book: PolicyBook, kind: str) -> AssumedPaper | None:
    return next((p for p in _papers(work, book) if p.doc == kind), None)


def _material_fields(work: Work, kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The typed fields of a paper, as its declaration has them; an unknown paper or field is a fault."""
    book = work.parts.shelf.current.as_of(day_of(work.now))
    material = next((m for i in book.items.values() for m in i.materials if m.id == kind), None)
    if material is None:
        known = "、".join(sorted({m.id for i in book.items.values() for m in i.materials}))
        raise InputError([Fault("/kind", kind, f"没有这种材料；现有：{known}。", "No such material.")])
    filing.check_not_had(work.dossier, material, book.items)
    faults: list[Fault] = []
    out: dict[str, Any] = {}
    for key, value in raw.items():
        at = f"/fields/{escape(key)}"
        kind_of = material.fields.get(key)
        if kind_of is None:
            listed = "、".join(material.fields) or "无"
            faults.append(Fault(at, key, f"材料“{material.title}”没有这个字段；现有：{listed}。", "No such field."))
        elif kind_of == "decimal":
            number = read_decimal(key, key, value, at, faults)
            out[key] = None if number is None else str(number / 100) if number % 100 else str(number // 100)
        else:
            out[key] = value if isinstance(value, bool) else read_words(str(value), at, faults, key)
    if faults:
        raise InputError(faults)
    return out
