"""Schedules (排程): steps of one graph, or of several cases, at the desks that departments have."""
