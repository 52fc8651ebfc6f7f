"""A profile as a whole project that anybody can decide and plan (反例): facts, and buildings that answer as the profile says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.conditions import Lift, Op, Ref, Tally
from engine.decision import Decision
from engine.facts import read_statement
from engine.policy import PolicyBook
from engine.terms import Fact, Scope
from engine.values import show
from rules.matching import decide_unweighted
from rules.proofs_formula import Formula, Not, Profile, Solver, Variable, both, equal, variables_of
from rules.proofs_profiles import NARROW, Asked, Profiles, titled

SERVICE = "approval"
"""The service whose items and own steps a plan lays out (CONTRACT §4)."""

MOST_COPIES = 20
"""Buildings that are made up alike so that a count comes out."""

HERE = (Scope.PROJECT,)


@dataclass(frozen=True, slots=True)
class Witness:
    """A project of such a profile (反例情形): every fact that a guard reads, as it is stated to ``decide`` and ``plan``."""

    facts: Mapping[str, Any]
    buildings: tuple[Mapping[str, Any], ...]
    says: str
    """The facts on which it turns, in words."""

    def as_json(self) -> dict[str, Any]:
        """What ``yichuang plan`` takes."""
        return {"facts": dict(self.facts), "buildings": [dict(b) for b in self.buildings]}

    def decide(self, book: PolicyBook) -> Decision:
        """What the interpreter decides of it.

        Raises:
            InputError: it cannot be stated.
            ConflictError: two conclusions on the same facts.
        """
        statement = read_statement(self.as_json(), book.vocabulary, book.on)
        return decide_unweighted(book, statement, SERVICE)


class ImpossibleError(Exception):
    """No buildings answer so (不可能的情形): what part of the profile rules them out, and whether that is proved or only not found."""

    def __init__(self, core: Profile, certain: bool) -> None:
        super().__init__(certain)
        self.core, self.certain = core, certain


def witness(profiles: Profiles, profile: Profile, solver: Solver) -> Witness:
    """Lay a profile out as a project.

    Raises:
        ImpossibleError: what it says of the buildings cannot be at once.
    """
    pinned = dict(profile)
    asked = [(v.key.literal, n == 1) for v, n in profile.items() if isinstance(v.key, Asked)]
    buildings: list[dict[str, Any]] = []
    said: list[str] = []
    for each in _Buildings(profiles, asked).chosen(pinned, solver):
        pinned.update({v: n for v, n in each.items() if not _is_own(v)})
        own = {f.id: show(f, value) for f, value in profiles.known(each) if f.scope in NARROW}
        for _ in range(_copies(asked)):
            buildings.append({"name": f"{len(buildings) + 1}号", **profiles.plain(NARROW), **own})
        if own:
            said.append(f"{buildings[-1]['name']}：{titled(own, _of(profiles, NARROW))}")
    stated = {f.id: show(f, value) for f, value in profiles.known(pinned) if f.scope is Scope.PROJECT}
    words = filter(None, [titled(stated, _of(profiles, HERE)), *said])
    return Witness({**profiles.plain(HERE), **stated}, tuple(buildings), "；".join(words) or "任何情形")


def _of(profiles: Profiles, scopes: tuple[Scope, ...]) -> Iterator[Fact]:
    return (f for f in profiles.facts.values() if f.scope in scopes)


def _is_own(variable: Variable) -> bool:
    """Whether it is a fact of one building."""
    return isinstance(variable.key, tuple) and variable.key[0] in NARROW


def _copies(asked: list[tuple[Ref | Tally, bool]]) -> int:
    """How many of a building there should be: as many as a count wants at least."""
    wanted = [x.value + (x.op is Op.GT) for x, true in asked if true and isinstance(x, Tally) and x.fact is None]
    return min(max([1, *wanted]), MOST_COPIES)


class _Buildings:
    """What is asked of the buildings, as formulas about one of them: what each must be, and what some must be."""

    def __init__(self, profiles: Profiles, asked: list[tuple[Ref | Tally, bool]]) -> None:
        self.each: list[Formula] = []
        self.some: list[Formula] = []
        self.certain = True
        for literal, true in asked:
            if isinstance(literal, Ref):
                self.certain = self.certain and profiles.conditions.by_id[literal.condition].scope is not Scope.SPACE
                holds = profiles.formula(literal.condition, inside=True)
                wanted = holds if true else Not(holds)
                (self.some if (literal.lift is Lift.ANY) is true else self.each).append(wanted)
            else:
                self.certain = False
                self._tallied(profiles, literal, true)
        for literal, _ in asked:
            works = isinstance(literal, Ref) and profiles.conditions.by_id[literal.condition].scope is Scope.WORKS
            if works and not self.some:
                self.some.append(both())  # the works are there even where no building is named
        if profiles.built and not self.some:
            self.some.append(both())

    def _tallied(self, profiles: Profiles, tally: Tally, true: bool) -> None:
        many = Tally(tally.scope, tally.where, None, Op.GE, 1) if tally.fact is None and tally.value > 0 else tally
        alone = profiles.alone(many)
        (self.some if true else self.each).append(alone if true else Not(alone))

    def chosen(self, pinned: Profile, solver: Solver) -> Iterator[Profile]:
        """One building for each thing that some building must be."""
        pinned = dict(pinned)
        for wanted in self.some:
            asked = both(*self.each, wanted)
            shared = [v for v in variables_of(asked) if not _is_own(v)]
            found = solver.profile(both(equal({v: pinned[v] for v in shared if v in pinned}), asked))
            if found is None:
                core = {v: n for v, n in pinned.items() if v in shared or isinstance(v.key, Asked)}
                raise ImpossibleError(core, self.certain and all(v in pinned for v in shared))
            pinned.update({v: found[v] for v in shared})
            yield found
