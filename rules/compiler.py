"""Checked files to a policy (政策编译): a book for any day and region, each made once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from engine.errors import Fault, InputError, PolicyError
from engine.policy import PolicyBook
from engine.procedure import Procedure
from rules.book import Built, Words, build
from rules.layers import Layers, View, layers_of, turning_days
from rules.limits_in_force import LimitFiles
from rules.loader import PolicyFiles, load_policy, nearest, read_sources


@dataclass(slots=True)
class Policy:
    """A compiled set of policy files (政策集). Books are made when first asked for, then kept."""

    files: PolicyFiles
    version: str
    digest: str
    default_region: str
    _layers: Layers
    _limits: LimitFiles
    _turns: tuple[date, ...]
    _built: dict[tuple[str, int], Built] = field(default_factory=dict)
    _words: dict[tuple[int, ...], Words] = field(default_factory=dict)

    def as_of(self, on: date, region: str | None = None, calendar_known_on: date | None = None) -> PolicyBook:
        """The policy book of a day and a region (某日某地的政策集).

        Args:
            on: the day whose law applies.
            region: id of the region; by default the one that the policy names.
            calendar_known_on: as of which day the holiday notices count; by default all that are held.

        Raises:
            InputError: there is no such region.
        """
        known_on = calendar_known_on or self._limits.calendar_known_on
        return replace(self._at(on, region).book, on=on, calendar_known_on=known_on)

    def procedures(self, on: date, region: str | None = None) -> Mapping[str, Procedure]:
        """Every service's procedure on that day."""
        return self._at(on, region).procedures

    def procedure(self, service: str, on: date, region: str | None = None) -> Procedure:
        """The procedure of a service on a day (某日的服务流程).

        Raises:
            InputError: the service has none.
        """
        found = self._at(on, region).procedures
        if service not in found:
            listed = "、".join(found) or "无"
            raise InputError(
                [
                    Fault(
                        "/service",
                        service,
                        f"服务“{service}”没有流程；现有：{listed}。",
                        "No procedure of that service.",
                    )
                ]
            )
        return found[service]

    @property
    def regions(self) -> dict[str, str]:
        """Region id → Chinese name."""
        return dict(self._layers.titles)

    def _at(self, on: date, region: str | None) -> Built:
        name = region or self.default_region
        if name not in self._layers.within:
            near = next(iter(nearest(name, self._layers.within)), "") or "、".join(self._layers.within)
            raise InputError(
                [Fault("/region", name, f"没有“{name}”这个地区的政策；可用：{near}。", "No policy of that region.")]
            )
        stretch = bisect_right(self._turns, on) - 1
        key = (name, stretch)
        if key not in self._built:
            faults: list[Fault] = []
            view = View(self.files, self._layers, self._turns[stretch], name)
            built = build(view, self._limits, faults, self._words, self.digest)
            if faults and name not in self._layers.innermost():
                fix = f"“{name}”的政策不完整，只供下级地区引用：{faults[0].fix}"
                raise InputError([Fault("/region", name, fix, "Its policy is not complete.")])
            if faults:
                raise PolicyError(faults)
            self._built[key] = built
        return self._built[key]


def compile_policy(files: PolicyFiles) -> Policy:
    """Compile checked files; nothing is built until a day is asked for."""
    faults: list[Fault] = list(files.faults)
    layers = layers_of(files, faults)
    limits = LimitFiles.read(files, faults)
    if faults or not files.of("policy"):
        raise PolicyError(faults or [Fault("policy.yaml:1", None, "缺少 policy 栏目。", "No policy section.")])
    policy = files.of("policy")[0].entry
    turns = turning_days(files, limits.turning_days())
    return Policy(files, policy.version, files.digest, policy.default_region, layers, limits, turns)


def packaged_policy() -> Policy:
    """The policy that comes with this software (内置政策), read, checked and compiled."""
    return compile_policy(load_policy(read_sources()))
