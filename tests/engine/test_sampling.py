"""Uncertain durations: drawn from what was observed, the same for the same seed, and as probability says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import trial
from engine.errors import InputError
from engine.graph import Edge, GraphStep, StepGraph
from engine.plan import Numbers
from engine.reading import Network, Reading
from engine.sampling import Distribution, sample, table
from engine.uncertain import read_observed
from tests.engine.graphs import graphs

COIN = [5, 15]
"""Half the time five days, half the time fifteen."""


def two_ways() -> Network:
    """Two reviews beside one another, and a permit that waits for both."""
    steps = [GraphStep("a", days=10), GraphStep("b", days=10), GraphStep("permit", days=3, legal_effect=True)]
    return trial.read(StepGraph.of(steps, [Edge("a", "permit"), Edge("b", "permit")]), Reading.SERIAL, None)


def days_of(net: Network) -> list[int]:
    return trial.working_days(net, Numbers())


def drawn(observed: dict[str, list[int]], samples: int = 10_000, seed: int = 0) -> Distribution:
    net = two_ways()
    return sample(net, days_of(net), observed, samples, seed)


def test_waiting_for_the_slower_of_two_puts_the_mean_off() -> None:
    """Both short: 8 days, a quarter of the time; else 18. Mean 15.5, though mean days and the plan say 13."""
    found = drawn({"a": COIN, "b": COIN})
    assert found.plan == 13 and found.of_means == 13
    assert found.in_time == pytest.approx(0.25, abs=0.02)
    assert found.mean == pytest.approx(15.5, abs=0.2)
    assert found.merge_bias == pytest.approx(2.5, abs=0.2)
    assert found.error == pytest.approx(4.33 / 100, abs=0.01)
    assert dict(found.quantiles) == {10: 8, 50: 18, 80: 18, 90: 18, 95: 18}
    assert sum(bar.samples for bar in found.bars) == found.samples


def test_how_often_a_step_is_critical() -> None:
    """One is slower a quarter of the time, they are even half of it: each is critical three quarters of the time."""
    found = drawn({"a": COIN, "b": COIN})
    assert found.critical["a"] == pytest.approx(0.75, abs=0.02)
    assert found.critical["b"] == pytest.approx(0.75, abs=0.02)
    assert found.critical["permit"] == 1


def test_a_step_that_nobody_observed_keeps_its_days() -> None:
    found = drawn({"a": COIN})
    assert dict(found.observed) == {"a": 2}
    assert {(b.first, b.samples > 0) for b in found.bars if b.samples} == {(13, True), (18, True)}


def test_nothing_observed_is_the_plan() -> None:
    found = drawn({}, samples=3)
    assert (found.mean, found.error, found.merge_bias, found.in_time) == (13, 0, 0, 1)


def test_the_same_seed_draws_the_same() -> None:
    observed = {"a": list(range(40)), "b": [3, 90]}
    assert drawn(observed, seed=7) == drawn(observed, seed=7)
    assert drawn(observed, seed=7).mean != drawn(observed, seed=8).mean


def test_a_chain_has_no_merge_bias() -> None:
    steps = [GraphStep("a", days=1), GraphStep("b", days=1)]
    net = trial.read(StepGraph.of(steps, [Edge("a", "b")]), Reading.SERIAL, None)
    found = sample(net, days_of(net), {"a": [1, 2, 30], "b": [4, 8]}, 20_000)
    assert abs(found.merge_bias) < 4 * found.error


@given(st.lists(st.integers(0, 36_500), min_size=1, max_size=600))
def test_a_table_has_only_what_was_observed_as_often(observed: list[int]) -> None:
    made = table(observed).tolist()
    assert len(made) == 256 and set(made) <= set(observed) and made == sorted(made)
    for value in set(observed):
        share = observed.count(value) / len(observed)
        assert abs(made.count(value) / 256 - share) <= 1 / 256 + 1e-9


@given(graphs(), st.integers(0, 99))
def test_no_sample_ends_before_the_shortest_or_after_the_longest(graph: StepGraph, seed: int) -> None:
    net = trial.read(graph, Reading.SERIAL, None)
    observed = {s.id: [2, 5, 9] for s in net.steps[::2]}
    found = sample(net, days_of(net), observed, 50, seed)
    ends = []
    for pick in (min, max):
        made = graph
        for name, days in observed.items():
            made = trial.with_days(made, name, pick(days))
        ends.append(trial.end(trial.read(made, Reading.SERIAL, None), Numbers()))
    assert ends[0] <= found.bars[0].first and found.quantiles[95] <= ends[1]
    assert all(0 <= share <= 1 for share in found.critical.values())
    assert max(found.critical.values()) >= 1 / len(net.steps)


@pytest.mark.parametrize(
    ("raw", "pointers"),
    [
        ({"x": [1]}, ["/observed/x"]),
        ({"a": []}, ["/observed/a"]),
        ({"a": 3}, ["/observed/a"]),
        ({"a": [1, -1, "2", True, 2.5, 10**9, None]}, [f"/observed/a/{i}" for i in range(1, 7)]),
        ({"a": [float("nan")], "y/z": [1]}, ["/observed/a/0", "/observed/y~1z"]),
        ([], ["/observed"]),
    ],
)
def test_what_is_no_observation_is_named(raw: Any, pointers: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_observed(raw, {"a", "b"})
    assert [f.pointer for f in caught.value.errors] == pointers


def test_too_much_at_once_is_refused() -> None:
    steps = [GraphStep(f"s{i}", days=1) for i in range(2_000)]
    net = trial.read(StepGraph.of(steps, []), Reading.SERIAL, None)
    with pytest.raises(InputError) as caught:
        sample(net, [1] * 2_000, {}, 100_000)
    assert caught.value.errors[0].pointer == "/samples"
