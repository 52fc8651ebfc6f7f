"""The second engine and the process around it: right, or silent; never wrong, never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.conditions import Comparison, Condition, Conditions, Lift, Op, Ref, Tally, interpret
from engine.errors import InputError
from engine.facts import Building, Statement, subject_of
from engine.terms import LARGEST, Fact, FactType, Scope, Truth
from rules.durable_matcher import MOST_ROWS, DurableMatcher, MatcherDownError, _batches

from .random_books import VOCABULARY, random_conditions, random_statement

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def durable():
    with DurableMatcher() as matcher:
        yield matcher


def some(seed, conditions=40, statements=20):
    random = Random(seed)
    made = random_conditions(random, conditions)
    return made, [subject_of(random_statement(random), VOCABULARY) for _ in range(statements)]


def gone(pid):
    """Whether no such process is left, not even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_of(matcher):
    pid = matcher.status().pid
    assert pid is not None
    return pid


def eventually(holds, seconds=5.0):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "等了太久"
        time.sleep(0.01)


# --- right -------------------------------------------------------------------------------------------------


def test_random_books_give_the_same_findings_in_both_engines(durable):
    """T14: 3,000 subjects under 30 books; every kind of literal and every answer is met often."""
    answers: Counter[Truth] = Counter()
    literals: Counter[tuple[Any, ...]] = Counter()
    different, subjects = [], 0
    for seed in range(30):
        random = Random(seed)
        conditions = random_conditions(random, random.randrange(30, 101))
        for literal in (x for c in conditions.ordered for x in c.literals):
            literals[type(literal).__name__, getattr(literal, "negated", None), getattr(literal, "lift", None)] += 1
        here = [subject_of(random_statement(random), VOCABULARY) for _ in range(100)]
        for subject, found in zip(here, durable.match_many(conditions, here), strict=True):
            wanted = interpret(conditions, subject)
            answers.update(wanted.values())
            subjects += 1
            if found != wanted:
                different.append((seed, [k for k in wanted if wanted[k] is not found.get(k)][:3]))
    print(f"tried {subjects} subjects, findings {dict(answers)}, different {len(different)}")
    assert different == []
    assert min(answers[t] for t in Truth) > 10_000
    assert len(literals) == 8 and min(literals.values()) > 20


NUMBER = Fact(Scope.BUILDING, "number", "数", FactType.WHOLE)


def buildings_with(*numbers):
    made = tuple(Building(f"{i}", {} if n is None else {"number": n}) for i, n in enumerate(numbers))
    return subject_of(Statement({}, made), VOCABULARY.__class__([NUMBER]))


@pytest.mark.parametrize("op", Op)
def test_each_side_of_a_limit(op, durable):
    limits = (0, 1, 5, 2500, 2**31, 2**32, LARGEST - 1, LARGEST)
    conditions = Conditions.of(
        [Condition(f"c{n}", Scope.BUILDING, Lift.ALL, (Comparison(NUMBER, op, n),)) for n in limits]
    )
    near = sorted({n + d for n in limits for d in (-1, 0, 1) if 0 <= n + d <= LARGEST})
    subject = buildings_with(*near, None)
    found = durable.match(conditions, subject)
    assert found == interpret(conditions, subject)
    assert Counter(found.values())[Truth.UNKNOWN] == len(limits)


@pytest.mark.parametrize("op", Op)
def test_each_side_of_a_count_and_of_a_sum_with_unknown_parts(op, durable):
    made = []
    for n in (0, 1, 2, 3, 10, LARGEST - 1):
        for fact in (None, NUMBER):
            for where in (None, "big"):
                name = f"c{n}{'sum' if fact else 'count'}{where or ''}"
                made.append(Condition(name, Scope.PROJECT, Lift.ANY, (Tally(Scope.BUILDING, where, fact, op, n),)))
    big = Condition("big", Scope.BUILDING, Lift.ALL, (Comparison(NUMBER, Op.GE, 2),))
    conditions = Conditions.of([big, *made])
    rows = [(), (None,), (1,), (2,), (1, 1), (2, None), (3, 7), (2, 2, 2), (LARGEST,), (LARGEST, LARGEST, 5)]
    subjects = [buildings_with(*each) for each in rows] + [subject_of(Statement({}), VOCABULARY)]
    assert list(durable.match_many(conditions, subjects)) == [interpret(conditions, s) for s in subjects]


def test_all_of_nothing_holds_and_any_of_nothing_does_not(durable):
    empty = [Condition(j.value, Scope.PROJECT, j, ()) for j in Lift]
    refs = [Condition(f"not-{j.value}", Scope.PROJECT, Lift.ALL, (Ref(j.value, negated=True),)) for j in Lift]
    lifts = [Condition(f"{j.value}-row", Scope.PROJECT, Lift.ALL, (Ref("row", lift=j),)) for j in Lift]
    row = Condition("row", Scope.BUILDING, Lift.ANY, ())
    conditions = Conditions.of([*empty, *refs, row, *lifts])
    found = durable.match(conditions, buildings_with())
    assert {name: truth.value for (name, _), truth in found.items()} == {
        "any": "no", "all": "yes", "not-any": "yes", "not-all": "no", "any-row": "no", "all-row": "yes",
    }  # fmt: skip


def test_no_conditions_and_no_subjects(durable):
    assert durable.match(Conditions.of([]), buildings_with(1)) == {}
    assert durable.match_many(Conditions.of([]), []) == []


@pytest.mark.parametrize("true_at_once", [23, 24, 25, 47, 48, 49, 64, 65, 300])
def test_many_alternatives_true_at_once(true_at_once, durable):
    facts = [Fact(Scope.PROJECT, f"f{i}", f"事实{i}", FactType.YES_NO) for i in range(true_at_once)]
    vocabulary = VOCABULARY.__class__(facts)
    literals = tuple(Comparison(f, Op.EQ, True) for f in facts)
    each = [Condition(f"c{i}", Scope.PROJECT, Lift.ALL, (x,)) for i, x in enumerate(literals)]
    wide = [Condition(j.value, Scope.PROJECT, j, literals) for j in Lift]
    conditions = Conditions.of([*wide, *each])
    for unlike in (None, 0, true_at_once - 1):
        for value in (True, False):
            stated = {f.id: value if i != unlike else not value for i, f in enumerate(facts)}
            subject = subject_of(Statement(stated), vocabulary)
            assert durable.match(conditions, subject) == interpret(conditions, subject)


def test_threads_share_one_child(durable):
    work = [some(seed, statements=10) for seed in range(4)]
    wanted = [[interpret(c, s) for s in subjects] for c, subjects in work]
    before = durable.status().starts
    with ThreadPoolExecutor(8) as pool:
        jobs = [(i, pool.submit(durable.match_many, *work[i])) for i in list(range(4)) * 10]
        assert all(job.result() == wanted[i] for i, job in jobs)
    assert durable.status().starts == before


def test_works_from_asyncio_in_a_thread(durable):
    conditions, subjects = some(1)

    async def ask():
        return await asyncio.gather(*(asyncio.to_thread(durable.match, conditions, s) for s in subjects))

    assert asyncio.run(ask()) == [interpret(conditions, s) for s in subjects]


def test_programmes_come_and_go_and_memory_stays(durable):
    work = [some(seed, conditions=30, statements=3) for seed in range(12)]
    sizes = []
    for _ in range(6):
        for conditions, subjects in work:
            assert durable.match_many(conditions, subjects) == [interpret(conditions, s) for s in subjects]
        sizes.append(memory_kb(pid_of(durable)))
    assert durable.status().programmes <= 8
    assert sizes[-1] - sizes[1] < 4096, sizes


def memory_kb(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def test_a_value_that_is_too_large_reaches_no_engine(durable):
    number = Fact(Scope.BUILDING, "number", "数", FactType.WHOLE)
    conditions = Conditions.of([Condition("c", Scope.BUILDING, Lift.ALL, (Comparison(number, Op.GT, 1),))])
    with pytest.raises(InputError):
        durable.match(conditions, buildings_with(2**53))


def test_a_statement_of_too_many_rows_is_refused(durable):
    with pytest.raises(InputError, match=str(MOST_ROWS)):
        durable.match(Conditions.of([]), buildings_with(*range(MOST_ROWS // 2)))


def test_a_batch_is_bounded_in_subjects_and_in_rows():
    def sizes(*rows):
        return [stop - start for start, stop in _batches([[[None] * n, None] for n in rows])]

    assert sizes() == []
    assert sizes(*[1] * 300) == [128, 128, 44]
    assert sizes(1000, 1000, 1000, 1000, 1, 9000, 1, 4000) == [4, 1, 1, 1, 1]


# --- or silent ---------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_a_batch_it_still_answers_right():
    conditions, subjects = some(2, conditions=60, statements=600)
    wanted = [interpret(conditions, s) for s in subjects]
    with DurableMatcher() as matcher:
        matcher.match(conditions, subjects[0])
        for delay in (0.02, 0.05, 0.1):
            pid = pid_of(matcher)
            with ThreadPoolExecutor(1) as pool:
                job = pool.submit(matcher.match_many, conditions, subjects)
                time.sleep(delay)
                os.kill(pid, signal.SIGKILL)
                assert job.result() == wanted
            status = matcher.status()
            assert status.pid != pid and gone(pid)
        assert status.starts == 4 and status.failures == 3 and "signal 9" in status.last_error


def test_killed_between_two_questions_it_still_answers_right():
    conditions, subjects = some(3)
    with DurableMatcher() as matcher:
        for _ in range(5):
            assert matcher.match_many(conditions, subjects) == [interpret(conditions, s) for s in subjects]
            os.kill(pid_of(matcher), signal.SIGKILL)


GREET = "import os,signal,sys;w=lambda b:os.write(1,len(b).to_bytes(4,'big')+b);"
READY = "w(b'{\"ready\":1}');"
READ = "n=int.from_bytes(os.read(0,4),'big');os.read(0,n);"
BROKEN = {
    "no such file": (("/nonexistent/python",), "nonexistent"),
    "ends at once": ("sys.exit(3)", "exit 3"),
    "crashes at once": ("os.kill(os.getpid(),11)", "signal 11"),
    "never greets": ("signal.pause()", "in time"),
    "another protocol": ("w(b'{\"ready\":2}');signal.pause()", "protocol"),
    "greets with noise": ("os.write(1,b'hello, this is not a frame');signal.pause()", "too long"),
    "crashes on every question": (READY + READ + "os.kill(os.getpid(),11)", "signal 11"),
    "never answers": (READY + "signal.pause()", "in time"),
    "does not listen": ("os.close(0);" + READY + "signal.pause()", "listen"),
    "answers no JSON": (READY + READ + "w(b'{{{{');signal.pause()", "JSON"),
    "answers nested too deep": (READY + READ + "w(b'['*100000);signal.pause()", "JSON"),
    "answers a list": (READY + READ + "w(b'[]');signal.pause()", "object"),
    "answers another question": (READY + READ + "w(b'{\"number\":9,\"found\":[\"y\"]}');signal.pause()", "another"),
    "answers too few": (READY + READ + "w(b'{\"number\":1,\"found\":[]}');signal.pause()", "length"),
    "answers letters that do not fit": (READY + READ + "w(b'{\"number\":1,\"found\":[\"yy\"]}');signal.pause()", "fit"),
    "has lost the programme for ever": (
        READY + "c=0\nwhile 1:\n " + READ + "c+=1;w(b'{\"number\":%d,\"missing\":true}'%c)", "findings",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("what", "says"), BROKEN.values(), ids=BROKEN)
def test_a_child_that_fails_decides_nothing(what, says):
    command = what if isinstance(what, tuple) else (sys.executable, "-c", GREET + what)
    conditions, subjects = some(4, conditions=30, statements=1)
    begun = time.monotonic()
    with DurableMatcher(command=command, start_seconds=0.5, answer_seconds=0.5) as matcher:
        with pytest.raises(MatcherDownError, match=says):
            matcher.match(conditions, subjects[0])
        asked = matcher._starts
        with pytest.raises(MatcherDownError, match="rest"):  # and it does not start children without end
            matcher.match(conditions, subjects[0])
        assert matcher._starts == asked == (1 if says == "in time" else 3)  # waiting again would not help
    assert time.monotonic() - begun < 5


def test_after_its_rest_it_is_tried_again(tmp_path):
    healed = tmp_path / "healed"
    script = f"import os,sys,runpy\nif not os.path.exists({str(healed)!r}): sys.exit('not yet')\n"
    script += "runpy.run_module('rules.durable_worker', run_name='__main__')"
    conditions, subjects = some(5)
    with DurableMatcher(command=(sys.executable, "-c", script), rest_seconds=0.05) as matcher:
        with pytest.raises(MatcherDownError):
            matcher.match(conditions, subjects[0])
        assert "not yet" in matcher.status().standard_error
        healed.touch()
        assert once_rested(matcher, conditions, subjects) == [interpret(conditions, s) for s in subjects]


def once_rested(matcher, conditions, subjects):
    """The answer as soon as the rest is over."""
    until = time.monotonic() + 10
    while True:
        try:
            return matcher.match_many(conditions, subjects)
        except MatcherDownError as error:
            assert "rest" in str(error) and time.monotonic() < until, error


# --- and never left behind ---------------------------------------------------------------------------------


def test_closed_it_is_gone_and_says_so():
    conditions, subjects = some(6)
    matcher = DurableMatcher()
    matcher.match(conditions, subjects[0])
    pid = pid_of(matcher)
    matcher.close()
    matcher.close()
    assert gone(pid)
    with pytest.raises(MatcherDownError, match="closed"):
        matcher.match(conditions, subjects[0])


def test_closed_it_is_gone_even_if_it_does_not_want_to_go():
    stubborn = GREET + READY + READ + "w(b'{\"number\":1}');signal.pause()"
    matcher = DurableMatcher(command=(sys.executable, "-c", stubborn))
    pid = pid_of(matcher)
    matcher.close()
    assert gone(pid)


def test_forgotten_it_is_gone_too():
    matcher = DurableMatcher()
    pid = pid_of(matcher)
    del matcher
    eventually(lambda: gone(pid))


def run(script):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_it_dies_with_a_parent_that_is_killed():
    told = run(
        """
        import os, signal
        from rules.durable_matcher import DurableMatcher
        matcher = DurableMatcher()
        print(matcher.status().pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    eventually(lambda: gone(int(told.stdout)))


def test_a_forked_process_starts_its_own():
    told = run(
        """
        import os
        from rules.durable_matcher import DurableMatcher
        with DurableMatcher() as matcher:
            first = matcher.status().pid
            pid = os.fork()
            if pid == 0:
                own = matcher.status().pid
                print("child", own != first, flush=True)
                matcher.close()
                os._exit(0)
            os.waitpid(pid, 0)
            print("parent", matcher.status().pid == first, matcher.status().starts)
        """
    )
    assert told.stdout.splitlines() == ["child True", "parent True 1"], told.stderr


def test_it_inherits_no_socket_and_no_secret(monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.set_inheritable(True)
        with DurableMatcher() as matcher:
            pid = pid_of(matcher)
            opened = [os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")]
            assert not [name for name in opened if name.startswith("socket:")], opened
            assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
            assert os.getsid(pid) == os.getpgid(pid) == pid != os.getsid(0)
