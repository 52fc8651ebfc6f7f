"""From what is assumed, and how it fails, to the engine's (假设与失效情形的汇编): every name in it is there, each way has what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.assumed import AssumedField, AssumedPaper, FailedBy, Failure
from engine.errors import Fault
from engine.policy import Item
from engine.terms import FactType, Scope, Vocabulary
from rules.item_parts import Names, Path
from rules.loader import Placed, unknown_name
from rules.schema_items import AssumedPaperShape, FailureShape, ProcedureShape
from rules.terms import assumed, cites

OWN: Mapping[FailedBy, str] = {FailedBy.FACTS: "facts", FailedBy.CONDITIONS: "conditions"}
"""What a way of failing can't do without."""
ONLY: Mapping[str, FailedBy] = {
    "facts": FailedBy.FACTS,
    "items": FailedBy.FACTS,
    "conditions": FailedBy.CONDITIONS,
    "of": FailedBy.DECLARED,
}
"""Keys that say something of one way of failing alone."""
NUMBERS = (FactType.WHOLE, FactType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Checks and builds what one service's procedure assumes (一个流程的假设)."""

    shape: ProcedureShape
    placed: Placed[Any]
    names: Names
    vocabulary: Vocabulary
    items: Mapping[str, Item]

    def papers(self) -> tuple[AssumedPaper, ...]:
        """The papers that may be assumed."""
        return tuple(self._paper(doc, paper) for doc, paper in self.shape.assumes.items())

    def failures(self) -> tuple[Failure, ...]:
        """The ways of failing."""
        return tuple(self._failure(name, failure) for name, failure in self.shape.failures.items())

    def _paper(self, doc: str, shape: AssumedPaperShape) -> AssumedPaper:
        fields = []
        for name, f in shape.fields.items():
            path = ("procedure", "assumes", doc, "fields", name)
            self._known_items(f.items, path)
            failure = self.shape.failures.get(f.failure or "")
            if failure is not None and failure.by is not FailedBy.FIELDS:
                fix = f"“{f.failure}”不是由字段引起的失效情形（by: {failure.by}），字段只能指明 by: fields 的。"
                self._fault((*path, "failure"), f.failure, fix, "That failure is not brought about by fields.")
            rest = (f.key, f.percent, f.absolute, f.items, f.failure or "", f.public)
            fields.append(AssumedField(name, f.title, f.type, *rest))
        return AssumedPaper(doc, shape.title, tuple(fields))

    def _failure(self, name: str, shape: FailureShape) -> Failure:
        path = ("procedure", "failures", name)
        for key, fix in self._form(shape):
            self._fault((*path, *key), shape.by.value, fix, "It doesn't fit how this comes about.")
        for i, condition in enumerate(shape.conditions):
            self.names.condition(condition, Scope.PROJECT, self.placed, *path, "conditions", i)
        self._known_items(shape.items, path)
        for fact, tolerance in shape.facts.items():
            known = self.vocabulary.seen_from(Scope.BUILDING, fact)
            if known is None or known.id != fact:
                ids = [f.id for f in self.vocabulary.facts if not f.derived]
                self.names.faults.append(unknown_name(self.placed.at(*path, "facts", fact), fact, "事实", ids))
            elif tolerance and known.type not in NUMBERS:
                fix = f"“{known.title}”不是数，容差只能是 0（任何变化都算）。"
                self._fault((*path, "facts", fact), str(tolerance), fix, "Only numbers have a tolerance.")
        return Failure(
            name,
            shape.title,
            shape.by,
            shape.ends,
            shape.facts,
            shape.items,
            shape.conditions,
            shape.of or "",
            cites(shape.cite),
            assumed(shape),
        )

    def _form(self, shape: FailureShape) -> Iterator[tuple[Path, str]]:
        own = OWN.get(shape.by)
        if own is not None and not getattr(shape, own):
            yield ("by",), f"by: {shape.by} 的失效情形须写 {own}。"
        for key, by in ONLY.items():
            if getattr(shape, key) and shape.by is not by:
                yield (key,), f"{key} 只用于 by: {by} 的失效情形，这里是 by: {shape.by}。"

    def _known_items(self, items: tuple[str, ...], path: Path) -> None:
        for i, item in enumerate(items):
            if item not in self.items and not self.names.view.broken("items", item):
                self.names.faults.append(unknown_name(self.placed.at(*path, "items", i), item, "事项", self.items))

    def _fault(self, path: Path, value: Any, fix: str, fix_en: str) -> None:
        self.names.faults.append(Fault(self.placed.at(*path), value, fix, fix_en))
