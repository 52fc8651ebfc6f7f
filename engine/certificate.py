"""What a certificate or a refusal says (证书、不予通过通知的内容): a closed record, hashed before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.case import CaseState
from engine.commands import REMEDIES, Desk
from engine.decision import cite_json
from engine.dossier import VERDICT_TITLES, About, DocVersion, Verdict
from engine.intake import judge_now
from engine.ledger import canonical, digest
from engine.procedure import APPLICATION, Form
from engine.tasks import Task
from engine.terms import Force, Scope, Truth
from engine.values import show

_PERMITS = ("planning_permit_no", "construction_permit_no")
"""What the applicant says of permits; a case that begins before the land can have none, and its papers print none."""


def number_of(form: Form, day: date, serial: int) -> str:
    """The number for people (文号), such as 江海联验〔2022〕0001号."""
    return form.number.format(year=day.year, serial=serial)


def content_of(
    desk: Desk,
    task: Task,
    form: Form,
    number: str,
    check_code: str,
    entries: Mapping[str, int],
    valid_until: str | None = None,
) -> dict[str, Any]:
    """What the certificate says (证书内容), closed and hashed: ``content_hash`` is over everything else in it.

    A paper of one item says so, a simulated one what it stands on and until when, the last one what was handed out before.
    ``entries`` gives, for each document id, the number of the ledger entry that made it, so that a stranger can ask for
    the proof of each opinion.
    """
    step, state = task.step, desk.state
    return _hashed(
        {
            **_head(desk, form, step.force),
            "number": number,
            "check_code": check_code,
            "issued_on": desk.today.isoformat(),
            "opinions": _opinions(desk, task, entries),
            "conclusion": "模拟审查通过" if step.force is Force.SIMULATED else "合格",
            "effect": form.effect,
            **_particulars(desk, task, valid_until),
            "buildings": [_building(desk, name) for name in state.buildings],
            "scope": "全部工程" if state.units is None else "、".join(state.units),
        }
    )


def _particulars(desk: Desk, task: Task, valid_until: str | None) -> dict[str, Any]:
    if task.about.item:
        return {"item": task.about.item}
    if task.step.force is Force.SIMULATED:
        assumed = [
            {
                "document": paper.title,
                "title": each.title,
                "value": str(now.fields.get(each.id)),
                "tolerance": each.tolerance(),
            }
            for paper in desk.law.procedure.assumes
            if (now := desk.state.dossier.current(paper.doc, About())) is not None
            for each in paper.fields
        ]
        return {"assumptions": assumed, "valid_until": valid_until}
    permits = [
        {
            "item": p.content["item"],
            "title": p.content["title"],
            "number": p.number,
            "issued_on": p.content["issued_on"],
        }
        for p in desk.state.issued
        if p.withdrawn is None and p.content.get("item")
    ]
    built = [
        {"title": m.building + m.check.title, **{k: said[k] for k in ("permitted", "built", "tolerance")}}
        for m in desk.reading.measured()
        if (said := m.as_json())["holds"] != Truth.UNKNOWN.value
    ]
    return {**({"permits": permits} if permits else {}), **({"as_built": built} if built else {})}


def refusal_of(desk: Desk, task: Task, title: str, entries: Mapping[str, int]) -> dict[str, Any]:
    """What the refusal says: which items failed, on which finding and article, the remedies, and what may be kept."""
    procedure = desk.law.procedure
    form = procedure.form(task.step.form or "")
    opinions = _opinions(desk, task, entries)
    force = task.step.force
    reasons = [
        {
            "item": o["item"],
            "says": f"{o['title']}不合格：{o['finding']}（{o['article']}）",
            "cite": o["cite"],
        }
        for o in opinions
        if o["verdict"] != VERDICT_TITLES[Verdict.PASS]
    ]
    if desk.state.eligible is Truth.NO:
        found = judge_now(desk)
        reasons += [{"item": "", "says": r.says, "cite": cite_json(r.cite)} for r in found.reasons]
    kept = [o["title"] for o in opinions if o["verdict"] == VERDICT_TITLES[Verdict.PASS]]
    return _hashed(
        {
            **_head(desk, form, force),
            "form": "refusal",
            "title": title,
            "number": None,
            "check_code": None,
            "issued_on": desk.today.isoformat(),
            "opinions": opinions,
            "conclusion": "不予通过",
            "reasons": reasons,
            "remedies": list(REMEDIES) if force is Force.FORMAL else [],
            "kept": kept,
            "kept_says": procedure.kept_after_lapse,
            "buildings": [_building(desk, name) for name in desk.state.buildings],
            "scope": "全部工程" if desk.state.units is None else "、".join(desk.state.units),
        }
    )


def kept_after(desk: Desk) -> list[dict[str, str]]:
    """What may be kept when a case ends without a result: the findings and opinions that passed, as they stand now."""
    state, reading = desk.state, desk.reading
    return [
        {
            "doc": v.id,
            "item": v.about.item,
            "building": v.about.building,
            "on": v.on.isoformat() if v.on else "",
        }
        for v in state.dossier.versions.values()
        if v.about.case == state.case
        and v.verdict is Verdict.PASS
        and state.dossier.current(v.kind, v.about) is v
        and not reading.stale(v)
    ]


def body_of(content: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a certificate's content, which ``content_hash`` is over."""
    return canonical({k: v for k, v in content.items() if k != "content_hash"})


def _hashed(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "content_hash": digest(content)}


def _head(desk: Desk, form: Form, force: Force) -> dict[str, Any]:
    state, book = desk.state, desk.law.book
    application = _application(state)
    areas = _areas(desk)
    area = 0 if None in areas else sum(a for a in areas if a is not None)
    return {
        "form": form.template,
        "title": form.title,
        "force": force.value,
        "issuer": book.departments.get(form.issuer, form.issuer),
        "case": state.case,
        "region": book.parameters.get("region_title", ""),
        "project": {
            "name": application.get("project_name"),
            "code": _project_fact(desk, "project_code"),
            "address": application.get("address"),
            **{name: None if desk.law.procedure.simulated else application.get(name) for name in _PERMITS},
            "structure": application.get("structure"),
            "scale": application.get("scale"),
            "floor_area_m2": _square_metres(area) if area else _project_fact(desk, "floor_area_m2"),
            "storeys": max(
                (int(s) for n in state.buildings if (s := _fact(desk, n, "storeys")) is not None),
                default=None,
            ),
            "started_on": application.get("started_on"),
            "completed_on": application.get("completed_on"),
        },
        "parties": application.get("parties") or [],
        "contact": application.get("contact"),
        "policy": {"version": book.version, "digest": book.digest},
        "cite": [{"instrument": c.instrument, "article": c.article} for c in form.cite],
    }


def _application(state: CaseState) -> Mapping[str, Any]:
    found = state.dossier.current(APPLICATION, About(case=state.case))
    return found.fields if found else {}


def _opinions(desk: Desk, task: Task, entries: Mapping[str, int]) -> list[dict[str, Any]]:
    reading = desk.reading
    out: list[dict[str, Any]] = []
    for need in task.step.needs:
        for slot in reading.matching(need.doc, task.about):
            version = reading.current(need.doc, slot)
            if version is not None and version.verdict is not None:
                out.append(_opinion(desk, version, entries.get(version.id, 0)))
    return sorted(out, key=lambda o: (o["item"], o["entry"]))


def _opinion(desk: Desk, version: DocVersion, entry: int) -> dict[str, Any]:
    item = desk.reading.item(version.about.item)
    assert version.verdict is not None
    return {
        "item": item.id,
        "title": item.title,
        "department": desk.law.book.departments.get(item.department, item.department),
        "verdict": VERDICT_TITLES[version.verdict],
        "finding": version.fields.get("says", ""),
        "article": version.fields.get("article", ""),
        "signed_by": version.by,
        "signed_on": version.on.isoformat() if version.on else None,
        "round": version.round,
        "cite": [{"instrument": i, "article": a} for i, a in item.cite],
        "entry": entry,
        "document": version.id,
        **({"converts": version.converts} if version.converts else {}),
    }


def _building(desk: Desk, name: str) -> dict[str, Any]:
    facts = {key: _fact(desk, name, key) for key in ("use", "floor_area_m2", "height_m", "storeys")}
    use = desk.law.book.vocabulary.get(Scope.BUILDING, "use")
    if use is not None and facts["use"] is not None:
        facts["use"] = use.allowed.get(str(facts["use"]), facts["use"])
    return {"name": name, **facts}


def _fact(desk: Desk, building: str, name: str) -> Any:
    vocabulary = desk.law.book.vocabulary
    statement = desk.state.dossier.statement(vocabulary)
    fact = vocabulary.get(Scope.BUILDING, name)
    stated = next((b.facts.get(name) for b in statement.buildings or () if b.name == building), None)
    return show(fact, stated) if fact is not None else None


def _project_fact(desk: Desk, name: str) -> Any:
    vocabulary = desk.law.book.vocabulary
    fact = vocabulary.get(Scope.PROJECT, name)
    return show(fact, desk.state.dossier.statement(vocabulary).project.get(name)) if fact is not None else None


def _areas(desk: Desk) -> list[int | None]:
    """The area of each building in hundredths; None where nobody has stated it."""
    rows = desk.state.dossier.statement(desk.law.book.vocabulary).buildings or ()
    areas = (b.facts.get("floor_area_m2") for b in rows if b.name in desk.state.buildings)
    return [a if isinstance(a, int) else None for a in areas]


def _square_metres(hundredths: int) -> Any:
    return hundredths // 100 if hundredths % 100 == 0 else str(Decimal(hundredths) / 100)


__all__ = ["body_of", "content_of", "kept_after", "number_of", "refusal_of"]
