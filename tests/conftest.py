"""For all tests: a skipped test is a failed one, Hypothesis takes the time it needs, and databases are at hand."""

from __future__ import annotations

import os
from collections.abc import Generator

import hypothesis
import pytest

pytest_plugins = ["tests.databases"]

NO_SKIPS = "跳过即失败：需要的东西要由 make test 备好，用不着的测试应删去。"

# Deadlines measure the machine, not the code. CI tries the same examples each time.
hypothesis.settings.register_profile("yichuang", deadline=None, print_blob=True, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("yichuang")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure; an expected failure (xfail) is not a skip."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{NO_SKIPS}\n{report.nodeid}: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips itself."""
    report = yield
    _refuse_skip(report)
    return report
