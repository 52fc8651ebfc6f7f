"""From a decision to the graph of its steps (由判定得出环节图): which steps there are, how long each takes, what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.decision import Decision, ItemDecision
from engine.errors import Fault, InputError
from engine.graph import MADE, Edge, GraphStep, StepGraph
from engine.instances import InstanceDecision, Spread, title_of, wanted
from engine.policy import ItemKind, Need
from engine.reading import Conversion
from engine.terms import Firm, LimitInForce, LimitKind, Scope, Truth, Unit
from engine.values import escape

RESULT = ".result"
CONVERSION = "simulated-conversion"
"""Limit that says in how many days a simulated opinion is turned formal (转正时限)."""

LONGEST_STEP = 36_500
"""Days that a step may be said to take."""


def graph_of(decision: Decision, durations: Mapping[str, int] | None = None) -> StepGraph:
    """The graph of a project's steps: items that apply or may apply, the owner's own steps, the works.

    An item that the project has in instances (分项办理) has a step for each, ``C08:pit``.

    Args:
        decision: of the service ``approval``.
        durations: days by step id, over those of the catalogue, in the unit that the catalogue has.

    Raises:
        InputError: days for a step that this project does not have, instances that nobody has listed, a group that nothing
            of the project meets, a document that nobody makes, a cycle.
    """
    return _Deriving(decision, durations or {}).graph()


def conversion_of(decision: Decision) -> Conversion | None:
    """How long a conversion takes under the policy in force; None where it has none."""
    limit = decision.book.limits.get(CONVERSION)
    return Conversion(limit.days, limit.unit, limit.id) if limit else None


@dataclass(frozen=True, slots=True)
class _Place:
    """A step to be: an item as a whole, or one instance of it."""

    decided: ItemDecision
    part: InstanceDecision | None = None

    @property
    def instance(self) -> str:
        return self.part.instance.id if self.part else ""

    @property
    def id(self) -> str:
        return f"{self.decided.item.id}:{self.instance}" if self.part else self.decided.item.id

    @property
    def title(self) -> str:
        return f"{self.decided.item.title}（{self.part.instance.title}）" if self.part else self.decided.item.title

    @property
    def applies(self) -> Truth:
        unsure = self.part is not None and self.part.applies is Truth.UNKNOWN
        return Truth.UNKNOWN if unsure else self.decided.applies

    @property
    def needs(self) -> tuple[Need, ...]:
        return (*self.decided.item.needs, *(self.part.instance.needs if self.part else ()))

    @property
    def lasting(self) -> LimitInForce | None:
        """The limit or the assumed time that says how long it takes."""
        limits = self.part.limits if self.part else self.decided.limits
        for kind in (LimitKind.PROMISED, LimitKind.STATUTORY):
            found = next((x for x in limits if x.kind is kind and x.binds != "owner"), None)
            if found is not None:
                return found
        return (self.part.instance.days if self.part else None) or self.decided.item.days


@dataclass
class _Deriving:
    decision: Decision
    durations: Mapping[str, int]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    places: dict[str, dict[str, _Place]] = field(default_factory=dict)
    """Item id → instance id → the step to be; one empty instance id where the item is had as a whole."""

    def graph(self) -> StepGraph:
        here = [i for i in (*self.decision.items, *self._own_steps()) if i.applies is not Truth.NO]
        self._check_listed(here)
        self.places = {i.item.id: {p.instance: p for p in self._places(i)} for i in here}
        made = [place for places in self.places.values() for place in places.values()]
        self._check_durations({place.id for place in made})
        steps = [self._step(each) for each in made]
        edges = [edge for each in made for edge in self._edges(each)]
        if self.faults:
            raise InputError(self.faults)
        return StepGraph.of(steps, edges, (*self.decision.warnings, *self._not_simulated(), *self.warnings))

    def _not_simulated(self) -> Iterator[tuple[str, str]]:
        """That the project may not have simulated approval: what assuming saves is told in every reading."""
        book, truths = self.decision.book, self.decision.truths
        requires = (r.condition for s in book.services.values() if s.simulated for r in s.requires)
        failed = [book.conditions.by_id[name] for name in requires if truths.get(name) is Truth.NO]
        if failed:
            why = "；".join(c.says_not or f"不满足“{c.title}”" for c in failed)
            yield "simulated-not-eligible", f"按所填事实不能申请模拟审批：{why}。模拟的计划和节省只供比较。"

    def _own_steps(self) -> Iterator[ItemDecision]:
        """The owner's own steps and the works: no service lists them, they have days and no limit."""
        listed = {i.item.id for i in self.decision.items}
        for item in self.decision.book.items.values():
            if item.days is not None and item.id not in listed:
                yield ItemDecision(item, self.decision.truths[item.applies], None, (), (), (), ())

    def _places(self, each: ItemDecision) -> Iterator[_Place]:
        spread = self.decision.spreads.get(each.item.id)
        if spread is None:
            yield _Place(each)
        else:
            yield from (_Place(each, part) for part in spread.instances)

    def _check_listed(self, here: list[ItemDecision]) -> None:
        """Which instances there are must be known: a plan without them would be a plan of nothing."""
        book, spreads = self.decision.book, self.decision.spreads
        missing: dict[str, list[str]] = {}
        for each in here:
            if (spread := spreads.get(each.item.id)) is not None and spread.missing:
                missing.setdefault(spread.missing, []).append(each.item.title)
        for fact, titles in missing.items():
            pointer = f"/{fact}" if book.vocabulary.get(Scope.PROJECT, fact) is None else f"/facts/{fact}"
            says = f"请先填写{title_of(book, fact)}（{fact}）：{'、'.join(titles)}分项办理，各项由它列出。"
            self.faults.append(
                Fault(pointer, None, says, f"State {fact}: it lists the instances of {len(titles)} items.")
            )

    def _check_durations(self, here: set[str]) -> None:
        for name, days in self.durations.items():
            where = f"/durations/{escape(name)}"
            if name not in here:
                says, english = self._no_step(name)
                self.faults.append(Fault(where, name, says, english))
            elif not 0 <= days <= LONGEST_STEP:
                says = f"天数应为 0 至 {LONGEST_STEP} 的整数。"
                self.faults.append(Fault(where, days, says, f"Must be 0 to {LONGEST_STEP}."))

    def _no_step(self, name: str) -> tuple[str, str]:
        parts = [place.id for place in self.places.get(name.partition(":")[0], {}).values() if place.part]
        if parts:
            return f"这一事项分项办理，请写明哪一项：{'、'.join(parts)}。", f"Name an instance: {', '.join(parts)}."
        if name in self.decision.book.items:
            return f"本项目不需要这个环节：{name}。请去掉。", "This project does not need the step: leave it out."
        if name.endswith(MADE):
            return f"{name} 的天数由政策规定，不在此写。", "Its days are the policy's: leave it out."
        titled = next((place.id for by in self.places.values() for place in by.values() if place.title == name), None)
        near = f"是否要写 {titled}？" if titled else "请写计划里的环节代码，如 B01。"
        return f"没有这个环节：{name}。{near}", f"No such step: write the id of one, such as {titled or 'B01'}."

    def _step(self, each: _Place) -> GraphStep:
        item = each.decided.item
        days, unit, source, limit = self._duration(each)
        return GraphStep(
            each.id,
            each.title,
            days,
            unit,
            item.legal_effect,
            item.kind is ItemKind.OWN_DUTY,
            each.applies,
            item.department,
            source,
            limit,
            item.makes,
            item.cite,
            item.id if each.part else "",
        )

    def _duration(self, each: _Place) -> tuple[int, Unit, str, str]:
        """Days as stated, else as promised, else by law, else as assumed, else none with a warning."""
        limit = each.lasting
        unit = limit.unit if limit else Unit.WORKING
        if each.id in self.durations:
            return self.durations[each.id], unit, "stated", ""
        if limit is not None:
            return limit.days, unit, "assumed" if limit.kind is LimitKind.PERIOD else limit.kind.value, limit.id
        says = f"{each.id}（{each.title}）没有法定或承诺时限，按 0 天计；可在 durations 中写明。"
        self.warnings.append(("no-duration", says))
        return 0, unit, "", ""

    def _edges(self, each: _Place) -> Iterator[Edge]:
        for need in each.needs:
            if need.when is not None and self.decision.truths.get(need.when) is Truth.NO:
                continue
            makers = [(name, place) for doc in need.one_of for name, place in self._makers(doc, need, each)]
            certain = [m for m in makers if m[1].applies is Truth.YES]
            for name, maker in certain if need.group and certain else makers:
                yield Edge(
                    maker.id,
                    each.id,
                    need.firm,
                    name + RESULT,
                    need.group,
                    need.cite,
                    need.local,
                    need.assumed,
                    need.beforehand,
                )
            if not makers and (need.group or self._wanting(each, need)):
                self._unmet(each, need)

    def _wanting(self, each: _Place, need: Need) -> bool:
        """Whether the step certainly needs what steps make, and none of those is there: it would wait for ever."""
        sure = need.when is None or self.decision.truths.get(need.when) is Truth.YES
        return (
            sure
            and each.applies is Truth.YES
            and all(self._maker(doc) in self.decision.book.items for doc in need.one_of)
        )

    def _makers(self, doc: str, need: Need, each: _Place) -> Iterator[tuple[str, _Place]]:
        """The steps that make a document for this one: the item, or those of its instances that are meant."""
        name = self._maker(doc)
        there = self.places.get(name, {})
        if there:
            maker, own = self.decision.book.items[name], self._by(each.decided.item.id)
            for instance in wanted(need, each.instance, own, maker, self._by(name), tuple(there)):
                yield name, there[instance]

    def _by(self, item: str) -> tuple[str, str] | None:
        spread: Spread | None = self.decision.spreads.get(item)
        return (spread.by, spread.kind) if spread else None

    def _maker(self, doc: str) -> str:
        """The item that makes a document: its result, or a paper of its own."""
        if doc.endswith(RESULT):
            return doc.removesuffix(RESULT)
        made_by = [i.id for i in self.decision.book.items.values() if doc in i.makes]
        return next((name for name in made_by if name in self.places), made_by[0] if made_by else "")

    def _unlisted(self, doc: str) -> bool:
        """Whether its maker is had in instances that nobody has listed: that is told once, of the fact that lists them."""
        spread = self.decision.spreads.get(self._maker(doc))
        return spread is not None and bool(spread.missing)

    def _unmet(self, each: _Place, need: Need) -> None:
        if need.firm is Firm.CUSTOMARY or any(map(self._unlisted, need.one_of)):
            return
        listed = "、".join(doc.removesuffix(RESULT) for doc in need.one_of)
        what = f" {need.group}（{listed} 之一）" if need.group else f" {listed} 的文书"
        says = f"“{each.title}”（{each.id}）需要{what}，但按所填事实没有一个适用，排不出计划。"
        english = f"{each.id} needs one of {listed}, and none applies."
        self.faults.append(Fault("/facts", need.group or need.one_of[0], says, english))
