"""Every feature under features/ is a test."""

from __future__ import annotations

from pytest_bdd import scenarios

scenarios("")
