"""From findings to a decision (判定): what applies, why, by when, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.conditions import Firings, Lift, Ref, Tracer, Why
from engine.errors import ConflictError, Fault, InputError
from engine.facts import Row, Statement, Subject, subject_of
from engine.instances import Spread, spreads, unlisted
from engine.policy import Item, ItemLimit, Lapse, Material, PolicyBook, Service, ServiceItem, Spreading
from engine.terms import Assumed, Cite, LimitInForce, LimitKind, Scope, Truth
from engine.values import show


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason (理由): the rule, what it says here, the facts it read, its source."""

    rule: str
    says: str
    facts: Mapping[str, Any]
    cite: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """What is decided of one item."""

    item: Item
    applies: Truth
    part: str | None
    buildings: tuple[str, ...]
    because: tuple[Reason, ...]
    materials: tuple[Material, ...]
    limits: tuple[LimitInForce, ...]


@dataclass(frozen=True, slots=True)
class MissingFact:
    """An unknown fact that would settle something (待补事实)."""

    fact: str
    title: str
    decides: tuple[str, ...]
    building: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer (判定结果), with the policy that it was made under."""

    service: Service
    on: date
    book: PolicyBook
    eligible: Truth
    reasons: tuple[Reason, ...]
    items: tuple[ItemDecision, ...]
    needs: tuple[MissingFact, ...]
    warnings: tuple[tuple[str, str], ...]
    truths: Mapping[str, Truth] = field(default_factory=dict)
    """What every project-scope condition came to."""
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    """The items that the project has in several instances (分项办理), by item id."""

    def item(self, item_id: str) -> ItemDecision:
        """The decision on one item; KeyError where the service has no such item."""
        for each in self.items:
            if each.item.id == item_id:
                return each
        raise KeyError(item_id)

    def applying(self, part: str | None = None) -> tuple[ItemDecision, ...]:
        """The items that certainly apply, of one part or of all."""
        return tuple(i for i in self.items if i.applies is Truth.YES and (part is None or i.part == part))

    @property
    def lasting(self) -> Truth:
        """Whether the preconditions hold that must go on holding after the case was taken in (持续条件)."""
        lasting = [r for r in self.service.requires if not r.at_intake]
        if self.service.any_item or len(lasting) == len(self.service.requires):
            return self.eligible
        found = {self.truths[r.condition] for r in lasting}
        return Truth.NO if Truth.NO in found else Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES

    def as_json(self) -> dict[str, Any]:
        """The shape of CONTRACT §1."""
        return {
            "service": self.service.id,
            "on": self.on.isoformat(),
            "policy": {
                "version": self.book.version,
                "digest": self.book.digest,
                "calendar_known_on": self.book.calendar_known_on.isoformat() if self.book.calendar_known_on else None,
            },
            "eligible": self.eligible.value,
            "reasons": [reason_json(r) for r in self.reasons],
            "items": [_item_json(i, self.spreads.get(i.item.id)) for i in self.items],
            "needs": [_need_json(n) for n in self.needs],
            "warnings": [{"code": code, "says": says} for code, says in self.warnings],
        }


def conclude(book: PolicyBook, statement: Statement, firings: Firings, service_id: str) -> Decision:
    """Draw the decision from what an engine found; pure, and the same for every engine.

    Raises:
        InputError: the service is not in the book.
        ConflictError: two conclusions on the same facts (两个结论), which stops the decision.
    """
    service = book.services.get(service_id)
    if service is None:
        known = "、".join(book.services)
        raise InputError(
            [
                Fault(
                    "/service",
                    service_id,
                    f"没有这项服务；现有：{known}。",
                    f"No such service; there are {', '.join(book.services)}.",
                )
            ]
        )
    work = _Conclusion(book, statement, firings)
    items = tuple(work.item(entry) for entry in service.items)
    for group in service.exclusive:
        both = [i for i in items if i.item.id in group and i.applies is Truth.YES]
        if len(both) > 1:
            _conflict(tuple(i.item.id for i in both), (w for i in both for w in (i.because[0].rule,)))
    eligible, reasons = work.eligibility(service, items)
    warnings = tuple((a.code, a.says) for a in service.alerts if work.truth(a.condition) is Truth.YES)
    truths = {name: truth for (name, key), truth in firings.items() if key == work.project.key}
    spread = spreads(book, statement, truths, work.limits)
    return Decision(
        service,
        book.on,
        book,
        eligible,
        reasons,
        items,
        work.needs(service, items, eligible),
        (*warnings, *unlisted(book, (i.item for i in items), spread)),
        truths,
        spread,
    )


def _conflict(names: Sequence[str], rules: Iterable[str]) -> None:
    listed = "、".join(names)
    raise ConflictError(
        f"同一事实得出两个结论：{listed}（规则：{'、'.join(rules)}）。判定已停止，请政策人员核对这些规则。",
        detail_en=f"Two conclusions on the same facts: {', '.join(names)}.",
    )


class _Conclusion:
    """One reading of the findings; lives for one call of :func:`conclude`."""

    def __init__(self, book: PolicyBook, statement: Statement, firings: Firings) -> None:
        self.book, self.statement, self.firings = book, statement, firings
        self.subject: Subject = subject_of(statement, book.vocabulary)
        self.tracer = Tracer(book.conditions, self.subject, firings)
        self.project: Row = (self.subject.rows[Scope.PROJECT] or ())[0]

    def truth(self, condition: str) -> Truth:
        return self.firings[condition, self.project.key]

    def why(self, condition: str) -> Why:
        return self.tracer.why(condition, self.project)

    def item(self, entry: ServiceItem) -> ItemDecision:
        item = self.book.items[entry.item]
        applies = self.truth(item.applies)
        materials = tuple(m for m in item.materials if m.when is None or self.truth(m.when) is not Truth.NO)
        return ItemDecision(
            item,
            applies,
            entry.part,
            self._buildings(item, applies),
            reasons_of(self.why(item.applies)),
            materials,
            self.limits(item, item.limits),
        )

    def _buildings(self, item: Item, applies: Truth) -> tuple[str, ...]:
        rows = self.subject.rows[Scope.BUILDING] or ()
        if item.hits is not None:
            return tuple(r.building or "" for r in rows if self.firings[item.hits, r.key] is Truth.YES)
        return () if applies is Truth.NO else tuple(r.building or "" for r in rows)

    def limits(self, item: Item, entries: Sequence[ItemLimit]) -> tuple[LimitInForce, ...]:
        out: list[LimitInForce] = []
        for entry in entries:
            if entry.limit not in self.book.limits or (entry.when and self.truth(entry.when) is not Truth.YES):
                continue
            limit = replace(self.book.limits[entry.limit], binds=entry.binds)
            clash = next((x for x in out if x.kind is limit.kind and limit.kind is not LimitKind.PERIOD), None)
            if clash is not None:
                _conflict((clash.id, limit.id), (item.id,))
            out.append(limit)
        return tuple(out)

    def eligibility(self, service: Service, items: Sequence[ItemDecision]) -> tuple[Truth, tuple[Reason, ...]]:
        if service.any_item:
            return _any_item(items)
        found = [(r, self.truth(r.condition)) for r in service.requires]
        if any(t is Truth.NO for _, t in found):
            eligible = Truth.NO
        elif any(t is Truth.UNKNOWN for _, t in found):
            eligible = Truth.UNKNOWN
        else:
            eligible = Truth.YES
        return eligible, _each_once(x for r, t in found if t is eligible for x in reasons_of(self.why(r.condition)))

    def needs(self, service: Service, items: Sequence[ItemDecision], eligible: Truth) -> tuple[MissingFact, ...]:
        targets = [(i.item.id, i.item.applies) for i in items if i.applies is Truth.UNKNOWN]
        if eligible is Truth.UNKNOWN and not service.any_item:
            targets += [("eligible", r.condition) for r in service.requires if self.truth(r.condition) is Truth.UNKNOWN]
        found: dict[tuple[str, str | None], list[str]] = {}
        titles: dict[tuple[str, str | None], str] = {}
        for target, condition in targets:
            for key, fact in self.tracer.missing(condition, self.project).items():
                titles[key] = fact.title if fact else "单体建筑清单"
                decided = found.setdefault(key, [])
                if target not in decided:
                    decided.append(target)
        if service.any_item and eligible is Truth.UNKNOWN:
            for decided in found.values():
                decided.append("eligible")
        out = [MissingFact(k[0], titles[k], tuple(v), k[1]) for k, v in found.items()]
        order = {b.name: i for i, b in enumerate(self.statement.in_scope or ())}
        return tuple(sorted(out, key=lambda n: (-len(n.decides), n.fact, order.get(n.building or "", -1))))


def _any_item(items: Sequence[ItemDecision]) -> tuple[Truth, tuple[Reason, ...]]:
    for wanted in (Truth.YES, Truth.UNKNOWN):
        hit = [i for i in items if i.applies is wanted]
        if hit:
            return wanted, _each_once(r for i in hit for r in i.because[:1])
    return Truth.NO, _each_once(r for i in items for r in i.because[:1])


def _each_once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple({r.rule + r.says: r for r in reasons}.values())


_PREFIX = {Truth.YES: "符合：", Truth.NO: "不符合：", Truth.UNKNOWN: "无法判断："}


def reasons_of(why: Why) -> tuple[Reason, ...]:
    """The named conditions behind an answer, the widest first; each with the facts that it rests on."""
    out: dict[tuple[str, str], Reason] = {}

    def visit(node: Why) -> None:
        if node.condition.title or not out:
            reason = Reason(node.condition.id, _says(node), _facts(node), node.condition.cite)
            out.setdefault((reason.rule, node.row.building or ""), reason)
        for below in node.below:
            if not _one_of_all(node, below):
                visit(below)

    visit(why)
    return tuple(out.values())


def _one_of_all(why: Why, below: Why) -> bool:
    """Whether a row only does what every row does: “each building passes” is said once, the one that fails by name."""
    lift = next(
        (x.lift for x in why.condition.literals if isinstance(x, Ref) and x.condition == below.condition.id), None
    )
    return (lift, below.truth) in ((Lift.ANY, Truth.NO), (Lift.ALL, Truth.YES))


def _says(why: Why) -> str:
    condition = why.condition
    text = {Truth.YES: condition.says, Truth.NO: condition.says_not, Truth.UNKNOWN: ""}[why.truth]
    about = f"（{why.row.building}）" if why.row.building else ""
    if not text:
        text = _PREFIX[why.truth] + (condition.title or condition.id)
    if why.truth is Truth.UNKNOWN:
        lacking = "、".join(dict.fromkeys(r.fact.title for r in why.all_reads() if r.unknown))
        text += f"，缺少事实：{lacking}" if lacking else "，缺少单体建筑清单"
    return text.rstrip("。") + about + "。"


def _facts(why: Why) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for read in why.all_reads():
        value = show(read.fact, read.value)
        if read.building is None:
            out[read.fact.id] = value
        else:
            out.setdefault("buildings", {}).setdefault(read.building, {}).setdefault(read.fact.id, value)
    return out


def cite_json(cites: Sequence[Cite]) -> list[dict[str, str]]:
    """Citations as CONTRACT has them."""
    return [{"instrument": c.instrument, "article": c.article} for c in cites]


def reason_json(reason: Reason) -> dict[str, Any]:
    """One reason as CONTRACT has it."""
    return {
        "rule": reason.rule,
        "says": reason.says,
        "facts": dict(reason.facts),
        "cite": cite_json(reason.cite),
    }


def limit_json(limit: LimitInForce) -> dict[str, Any]:
    """One limit as CONTRACT has it; a local value without an instrument says what is assumed."""
    out: dict[str, Any] = {
        "id": limit.id,
        "title": limit.title,
        "kind": limit.kind.value,
        "days": limit.days,
        "unit": limit.unit.value,
        "cite": cite_json(limit.cite),
        "local": limit.local,
    }
    if limit.binds:
        out["binds"] = limit.binds
    if limit.assumed:
        out["assumed"] = assumed_json(limit.assumed)
    return out


def source_json(said: Spreading) -> dict[str, Any]:
    """The source of something; a local value without an instrument says what is assumed."""
    out: dict[str, Any] = {"cite": cite_json(said.cite), "local": said.local}
    return out | ({"assumed": assumed_json(said.assumed)} if said.assumed else {})


def assumed_json(assumed: Assumed) -> dict[str, str]:
    """What is assumed, and by which example."""
    return {"says": assumed.says, "example": assumed.example}


def _item_json(decided: ItemDecision, spread: Spread | None = None) -> dict[str, Any]:
    item = decided.item
    out: dict[str, Any] = {
        "id": item.id,
        "title": item.title,
        "applies": decided.applies.value,
        "part": decided.part,
        "buildings": list(decided.buildings),
        "department": item.department,
        "kind": item.kind.value,
        "cite": cite_json(item.cite),
        "because": [reason_json(r) for r in decided.because],
        "materials": [_material_json(m) for m in decided.materials],
        "limits": [limit_json(x) for x in decided.limits],
    }
    for name in ("contested", "not_modelled"):
        if text := getattr(item, name):
            out[name] = text
    if spread is not None:
        out["instances"] = [
            {
                "id": each.instance.id,
                "title": each.instance.title,
                "applies": each.applies.value,
                "limits": [limit_json(x) for x in each.limits],
                "lapse": [_lapse_json(x) for x in each.instance.lapse or item.lapse],
                **source_json(spread.way),
            }
            for each in spread.instances
        ]
    return out


def _lapse_json(lapse: Lapse) -> dict[str, Any]:
    return {"limit": lapse.limit, "says": lapse.says, "cite": cite_json(lapse.cite)}


def _material_json(material: Material) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": material.id,
        "title": material.title,
        "firm": material.firm.value,
        "cite": cite_json(material.cite),
    }
    if material.local:
        out["local"] = True
    if material.assumed:
        out["assumed"] = assumed_json(material.assumed)
    return out


def _need_json(need: MissingFact) -> dict[str, Any]:
    out: dict[str, Any] = {"fact": need.fact, "title": need.title, "decides": list(need.decides)}
    if need.building is not None:
        out["building"] = need.building
    return out
