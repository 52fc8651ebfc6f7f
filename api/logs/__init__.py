"""Logs of real cases (办件日志): read, mined, and held against plans."""
