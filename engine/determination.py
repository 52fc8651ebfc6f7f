"""A decision as a case keeps it (事项的确定): what ``ItemsDetermined`` records, and its way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from engine.decision import Decision, ItemDecision, limit_json
from engine.papers import ItemHere
from engine.policy import RESULT, ItemKind
from engine.procedure import ITEM_RESULTS, GuardKind, Procedure
from engine.terms import Firm, Truth


def determined(decision: Decision, procedure: Procedure, since: Mapping[str, str], on: date) -> dict[str, Any]:
    """What ``ItemsDetermined`` records: the items, what each needs, and the guards' truths; the whole answer beside it."""
    guards = {s.when.name for s in procedure.steps if s.when and s.when.kind is GuardKind.CONDITION}
    joined = any(n.doc == ITEM_RESULTS for s in procedure.steps for n in s.needs)
    items = []
    for each in decision.items:
        item = each.item
        first = on.isoformat() if each.applies is Truth.YES else ""
        said = {
            "id": item.id,
            "title": item.title,
            "department": item.department,
            "part": each.part,
            "applies": each.applies.value,
            "buildings": list(each.buildings),
            "needs_visit": item.needs_visit,
            "licence": item.kind is ItemKind.LICENCE,
            "materials": [
                [
                    m.id,
                    m.title,
                    m.firm.value,
                    *([list(offered)] if (offered := m.offered_by(decision.book.items)) else ()),
                ]
                for m in each.materials
            ],
            "facts": sorted({(name, building) for r in each.because for name, building in _named(r.facts)}),
            "limits": [limit_json(x) for x in each.limits],
            "cite": [[c.instrument, c.article] for c in item.cite],
            "since": since.get(item.id) or first,
        }
        if joined:
            said["needs"] = [[docs, title, firm] for docs, title, firm in _needs(decision, each)]
        items.append(said)
    return {
        "items": items,
        "conditions": {g: decision.truths[g].value for g in sorted(guards) if g in decision.truths},
        "eligible": decision.lasting.value,
        "decision": decision.as_json(),
    }


def _needs(decision: Decision, each: ItemDecision) -> Iterator[tuple[list[str], str, str]]:
    """What an item needs of other items, by the catalogue: the documents of which one will do, a title, how firm.

    The owner's own steps are not waited for: what comes of them is among the materials.
    """
    for need in each.item.needs:
        if need.firm is Firm.CUSTOMARY or (need.when is not None and decision.truths.get(need.when) is Truth.NO):
            continue
        docs, titles = [], []
        for doc in need.one_of:
            maker = decision.book.items.get(doc.removesuffix(RESULT))
            if maker is None or maker.kind is ItemKind.OWN_DUTY or decision.truths.get(maker.applies) is Truth.NO:
                continue
            docs += [doc, *maker.makes]
            titles.append(maker.title)
        if docs:
            yield docs, "或者".join(titles), need.firm.value


def _named(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in facts.items():
        if name == "buildings" and isinstance(value, Mapping):
            yield from ((fact, building) for building, stated in value.items() for fact in stated)
        else:
            yield name, ""


def item_from_json(raw: Mapping[str, Any]) -> ItemHere:
    """An item back from ``ItemsDetermined``."""
    return ItemHere(
        raw["id"],
        raw["title"],
        raw["department"],
        raw["part"],
        Truth(raw["applies"]),
        tuple(raw["buildings"]),
        raw["needs_visit"],
        raw["licence"],
        tuple((m[0], m[1], Firm(m[2])) for m in raw["materials"]),
        tuple((f, b) for f, b in raw["facts"]),
        tuple(raw["limits"]),
        tuple((i, a) for i, a in raw["cite"]),
        raw["since"],
        {m[0]: tuple(m[3]) for m in raw["materials"] if len(m) > 3},
        tuple((tuple(docs), title, Firm(firm)) for docs, title, firm in raw.get("needs", ())),
    )
