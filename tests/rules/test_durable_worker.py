"""The child itself, asked things that its parent never would: it refuses, lives on, and still answers right."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEAF = ["f_0", "=", 1]


def programme(rules=(("y0", "all", [LEAF]),), **changed):
    stratum = {"scope": 0, "reads": [], "rulesets": [list(rules)]}
    return {"answers": 1, "scopes": [0], "columns": [["f_0"], [], [], []], "strata": [stratum], **changed}


class Worker:
    """A child of our own, spoken to frame by frame."""

    def __init__(self, *arguments):
        command = [sys.executable, *(arguments or ("-m", "rules.durable_worker"))]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        assert self.read() == {"ready": 1}

    def read(self):
        head = self.stdout.read(4)
        return json.loads(self.stdout.read(int.from_bytes(head, "big"))) if head else None

    def send(self, body):
        self.stdin.write(len(body).to_bytes(4, "big") + body)
        self.stdin.flush()
        return self.read()

    def ask(self, **request):
        return self.send(json.dumps({"number": 1, **request}).encode())

    def load(self, raw):
        text = raw if isinstance(raw, str) else json.dumps(raw)
        key = hashlib.sha256(text.encode()).hexdigest()
        return key, self.ask(op="load", key=key, programme=text)

    def match(self, key, *subjects):
        return self.ask(op="match", key=key, subjects=subjects)


@pytest.fixture(scope="module")
def worker():
    made = Worker()
    yield made
    made.process.communicate(timeout=10)  # standard input ends, and so does it
    assert made.process.returncode == 0


@pytest.fixture(autouse=True)
def still_right(worker):
    """After whatever it was asked it must answer an honest question rightly."""
    yield
    key, loaded = worker.load(programme())
    assert loaded == {"number": 1}
    subjects = [[[[-1, value]], [], [], []] for value in (1, 2, None)]
    assert worker.match(key, *subjects) == {"number": 1, "found": ["y", "u", "u"]}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"5", b"\xff\xfe", b"{}", b'{"op":"stop"}', b'{"op":["load"]}', b"[" * 100_000,
     b'{"op":"load"}', b'{"op":"match","key":[],"subjects":[]}', b'{"op":"match","key":{},"subjects":[]}'],
    ids=repr,
)  # fmt: skip
def test_noise_is_refused(body, worker):
    assert "refused" in worker.send(body)


def test_a_programme_is_loaded_under_its_own_hash_alone(worker):
    assert "refused" in worker.ask(op="load", key="0" * 64, programme=json.dumps(programme()))


@pytest.mark.parametrize(
    "raw",
    [
        "null",
        "[]",
        "{}",
        programme([["y0", "all", []]]),
        programme([["y0", "none", [LEAF]]]),
        programme([["probe", "all", [LEAF]]]),
        programme([["规则", "all", [LEAF]]]),
        programme([["y0\n", "all", [LEAF]]]),
        programme([["y0", "all", [LEAF]], ["y0", "any", [LEAF]]]),
        programme([["y0", "all", [["sid", "=", 1]]]]),
        programme([["y0", "all", [["$s", "=", 1]]]]),
        programme([["y0", "all", [["f_0", "$nex", 1]]]]),
        programme([["y0", "all", [["f_0", "=", True]]]]),
        programme([["y0", "all", [["f_0", "=", 1.5]]]]),
        programme([["y0", "all", [["f_0", "=", "1"]]]]),
        programme([["y0", "all", [["f_0", "=", 2**53]]]]),
        programme([["y0", "all", [["f_0", "=", {"m": "f_1"}]]]]),
        programme([["y0", "all", [[f"f_{i}", "=", 1] for i in range(25)]]]),
        programme([[f"y{i}", "any", [[f"f_{i}", "=", 1], ["f_99", "=", 1]]] for i in range(24)]),
        programme([["y0", "all", [["n_167841", "=", 1], ["h_190100", "=", 1]]]]),  # two names of one hash
        programme(scopes=[4]),
        programme(scopes=[True]),
        programme(answers=2),
        programme(columns=[["f_0"]]),
        programme(columns=[["id"], [], [], []]),
        programme(strata=[{"scope": 0, "reads": [["n", "n_0", 1]], "rulesets": []}]),
        programme(strata=[{"scope": 0, "reads": [["any"]], "rulesets": []}]),
        programme(strata=[{"scope": 0, "reads": [["tally", "l_0", "h_0", 1, -1, "f_9"]], "rulesets": []}]),
    ],
    ids=str,
)
def test_a_programme_outside_the_grammar_is_refused(raw, worker):
    assert "refused" in worker.load(raw)[1]


@pytest.mark.parametrize(
    "subject",
    [None, [], [[]], [[[-1]], [], [], []], [[[-1, 1, 1]], [], [], []], [[[0, 1]], [], [], []],
     [[[-2, 1]], [], [], []], [[[None, 1]], [], [], []], [[[-1, True]], [], [], []], [[[-1, 1.0]], [], [], []],
     [[[-1, "1"]], [], [], []], [[[-1, 2**53]], [], [], []], [[[-1, {}]], [], [], []], [{}, [], [], []],
     [[[-1, 1]], [], [], [[9]]]],
    ids=str,
)  # fmt: skip
def test_a_subject_that_does_not_fit_is_refused_before_the_engine_sees_it(subject, worker):
    key, _ = worker.load(programme())
    assert "refused" in worker.match(key, [[[-1, 1]], [], [], []], subject)


def test_too_many_subjects_are_refused(worker):
    key, _ = worker.load(programme())
    assert "refused" in worker.match(key, *[[[[-1, 1]], [], [], []]] * 129)


def test_what_is_not_loaded_is_missing(worker):
    assert worker.match("0" * 64)["missing"] is True


def test_a_frame_that_is_too_long_ends_it():
    made = Worker()
    made.stdin.write(b"\xff\xff\xff\xff")
    made.stdin.flush()
    assert made.read() is None
    made.process.communicate(timeout=10)
    assert made.process.returncode == 2


FAULTS = {
    "refuses a fact": "e.assert_fact = lambda *a: (1, 1)",
    "knows it already": "e.assert_fact = lambda *a: (2, 1)",
    "raises": "e.assert_fact = lambda *a: 1 / 0",
    "loses every firing": "e.start_action_for_state = lambda *a: None",
    "loses all firings but the first": "e.complete_and_start_action = lambda *a: None",
    "fires what is not there": "more = iter(['{\"probe\":{}}', None])\ne.complete_and_start_action = lambda *a: next(more)"
    "\ne.start_action_for_state = lambda *a: ('', '{\"y9\":{}}')",
    "fires the probe twice": "more = iter(['{\"probe\":{}}'] * 2 + [None]); e.complete_and_start_action = lambda *a: next(more)",
    "speaks nonsense": "e.start_action_for_state = lambda *a: ('', '?')",
    "does not retract": "e.retract_fact = lambda *a: (0, 1)",
    "cannot retract": "e.retract_fact = lambda *a: (1, 1)",
    "has no memory": "import builtins\ndef f(*a): raise MemoryError\ne.assert_fact = f",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_engine_that_errs_is_not_asked_again(fault):
    """Its first fact after loading is met with a fault; the process says so and ends, and no finding gets out."""
    script = (
        f"import sys, rules.durable_worker as w, durable_rules_engine as e\nw.Desk._match = (lambda real:"
        f" lambda *a: exec({fault!r}, {{'e': e}}) or real(*a))(w.Desk._match)\nsys.exit(w.main())"
    )
    made = Worker("-c", script)
    key, loaded = made.load(programme())
    assert loaded == {"number": 1}
    answer = made.match(key, [[[-1, 1]], [], [], []])
    assert answer.keys() == {"number", "failed"}
    made.process.communicate(timeout=10)
    assert made.process.returncode == 70


def test_certainly_true_and_certainly_false_at_once_ends_it():
    made = Worker()
    key, _ = made.load(programme([["y0", "all", [LEAF]], ["x0", "all", [LEAF]]]))
    assert "failed" in made.match(key, [[[-1, 1]], [], [], []])
    made.process.communicate(timeout=10)
    assert made.process.returncode == 70


def test_a_question_without_end_is_ended_by_the_kernel():
    script = "import rules.durable_worker as w, time; w.LONGEST_REQUEST = 1; w.Desk.answer = lambda *_: time.sleep(60)"
    made = Worker("-c", f"{script}; w.main()")
    assert made.send(b"{}") is None
    made.process.communicate(timeout=10)
    assert made.process.returncode == -signal.SIGALRM


def test_it_ends_when_its_parent_is_another():
    """A sibling that was forked while the pipe was open holds it open; the process then looks who its parent is."""
    script = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'rules.durable_worker'], stdin=subprocess.PIPE,"
        " stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\n"
        "if os.fork() == 0:\n"
        "    os.close(1); time.sleep(20); os._exit(0)\n"
        "time.sleep(0.3); os._exit(0)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, timeout=30, check=True)
    pid = int(told.stdout)
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("它还在")
