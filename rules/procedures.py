"""From written steps to the engine's procedure (流程编译)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Fault
from engine.policy import Item
from engine.procedure import Form, Guard, GuardKind, OnFail, Procedure, Step, StepNeed
from engine.terms import Scope, Vocabulary
from rules.assumptions import Assumptions
from rules.comparisons import built_check
from rules.item_parts import Names, longer
from rules.loader import Placed, unknown_name
from rules.schema_items import FormShape, GuardShape, ProcedureShape, StepShape
from rules.terms import assumed, cites

ITEM_PROPERTIES = ("needs_visit", "licence")
"""Properties of an item that a guard may look at."""


def procedures_of(names: Names, vocabulary: Vocabulary, items: Mapping[str, Item]) -> dict[str, Procedure]:
    """Each service's procedure here and today; the innermost layer that writes one decides."""
    out: dict[str, Procedure] = {}
    for placed in names.view.of("service"):
        shape: ProcedureShape | None = placed.entry.procedure
        if shape is not None and shape.stands_on(names.view.on):
            service = placed.entry.id or placed.entry.extends or ""
            if service in out:
                fix = f"服务“{service}”的流程写了两次；一项服务只有一个流程。"
                names.faults.append(Fault(placed.at("procedure"), service, fix, "Two procedures of one service."))
            compared = (built_check(k, v, placed, names, vocabulary, items) for k, v in shape.compares.items())
            checks = tuple(c for c in compared if c is not None)
            assumptions = Assumptions(shape, placed, names, vocabulary, items)
            out[service] = replace(_procedure(service, shape, placed, names, assumptions), compares=checks)
    return out


def _procedure(
    service: str, shape: ProcedureShape, placed: Placed[Any], names: Names, assumptions: Assumptions
) -> Procedure:
    names.limit(shape.limit, placed, "procedure", "limit")
    names.limit(shape.cap, placed, "procedure", "cap")
    here, cap = names.limits.get(shape.limit or ""), names.limits.get(shape.cap or "")
    if here and cap:
        longer(here, cap, placed.at("procedure", "limit"), names)
    if shape.lead:
        names.department(shape.lead, placed, "procedure", "lead")
    steps = tuple(_step(name, step, placed, names) for name, step in shape.steps.items())
    forms = tuple(_form(form, placed, i, names) for i, form in enumerate(shape.forms))
    names.limit(shape.valid, placed, "procedure", "valid")
    names.limit(shape.warn, placed, "procedure", "warn")
    made = Procedure(
        service,
        steps,
        shape.limit,
        shape.cap,
        forms,
        shape.lead,
        shape.kept_after_lapse,
        shape.local_stops,
        assumptions.papers(),
        assumptions.failures(),
        shape.valid,
        shape.warn,
    )
    for step, why in made.faults():
        where = placed.at("procedure", "steps", step) if step else placed.at("procedure", "steps")
        names.faults.append(Fault(where, step, f"环节“{step}”：{why}。" if step else f"{why}。", "Faulty procedure."))
    return made


def _form(shape: FormShape, placed: Placed[Any], i: int, names: Names) -> Form:
    names.department(shape.issuer, placed, "procedure", "forms", i, "issuer")
    for mark in ("{year}", "{serial}"):
        if mark not in shape.number:
            where = placed.at("procedure", "forms", i, "number")
            names.faults.append(Fault(where, shape.number, f"编号样式须含 {mark}。", f"The number lacks {mark}."))
    return Form(
        shape.id,
        shape.title,
        shape.series,
        shape.number,
        shape.issuer,
        shape.effect,
        shape.template,
        cites(shape.cite),
        assumed(shape),
    )


def _step(name: str, shape: StepShape, placed: Placed[Any], names: Names) -> Step:
    path = ("procedure", "steps", name)
    names.limit(shape.limit, placed, *path, "limit")
    if shape.on_fail is not None:
        names.limit(shape.on_fail.within, placed, *path, "on_fail", "within")
    needs = tuple(StepNeed(n) if isinstance(n, str) else StepNeed(n.doc, n.firm, cites(n.cite)) for n in shape.needs)
    fail = shape.on_fail
    return Step(
        name,
        shape.kind,
        shape.by,
        shape.makes,
        shape.title,
        shape.each,
        shape.per,
        shape.with_,
        shape.items,
        _guard(shape.when, (*path, "when"), placed, names),
        needs,
        shape.after,
        shape.checks,
        OnFail(fail.answer, fail.failures, fail.by, fail.within) if fail else None,
        shape.refuses,
        shape.form,
        shape.limit,
        shape.force,
        cites(shape.cite),
        shape.converts,
        shape.two_people,
        shape.results,
    )


def _guard(written: GuardShape | str | None, path: tuple[Any, ...], placed: Placed[Any], names: Names) -> Guard | None:
    if written is None:
        return None
    where = placed.at(*path)
    if isinstance(written, str):
        if written.startswith("item."):
            name = written.removeprefix("item.")
            if name not in ITEM_PROPERTIES:
                names.faults.append(unknown_name(where, name, "事项属性", ITEM_PROPERTIES))
            return Guard(GuardKind.ITEM, name)
        names.condition(written, Scope.PROJECT, placed, *path)
        return Guard(GuardKind.CONDITION, written)
    doc, _, verdict = str(written.any or written.all).rpartition(".")
    if verdict not in ("failed", "passed") or not doc:
        fix = "应写作“文书.failed”或“文书.passed”，例如 opinion.failed。"
        names.faults.append(Fault(where, written.any or written.all, fix, "Write doc.failed or doc.passed."))
    return Guard(written.kind, doc, verdict)
