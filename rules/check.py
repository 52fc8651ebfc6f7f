"""Whether a set of policy files holds together (政策核查), on every stretch of days and for every region."""

from __future__ import annotations

from engine.errors import Fault
from rules.book import Words, build
from rules.layers import View, duplicate_faults, layers_of, turning_days
from rules.limits_in_force import LimitFiles
from rules.loader import PolicyFiles
from rules.proofs_report import Graphs, graph_faults
from rules.terms import source_faults
from rules.vocabulary_faults import vocabulary_faults


def check(files: PolicyFiles) -> list[Fault]:
    """Every fault of a set of files, each once, in order of file and line."""
    faults = list(files.faults)
    layers = layers_of(files, faults)
    faults.extend(duplicate_faults(files, layers))
    faults.extend(vocabulary_faults(files, layers))
    faults.extend(source_faults(files))
    limits = LimitFiles.read(files, faults)
    faults.extend(limits.source_faults(files))
    if len(files.of("policy")) != 1 and not any(s == "policy" for s, _ in files.broken):
        fix = "须恰好有一个 policy 栏目（policy.yaml），写明 version、title、reviewed_on、default_region。"
        faults.append(Fault("policy.yaml:1", len(files.of("policy")), fix, "Exactly one policy section is wanted."))
    words: dict[tuple[int, ...], Words] = {}
    graphs = Graphs()
    for on in turning_days(files, limits.turning_days()):
        for region in layers.innermost():
            view = View(files, layers, on, region)
            graphs.add(view, build(view, limits, faults, words).book)
    if not faults:  # of a policy that is in order otherwise: what is missing would be told twice
        faults.extend(graph_faults(graphs))
    return in_order(faults)


def in_order(faults: list[Fault]) -> list[Fault]:
    """Each fault once, by file and line."""

    def key(fault: Fault) -> tuple[str, int, str]:
        file, _, line = fault.pointer.rpartition(":")
        return file, int(line) if line.isdigit() else 0, fault.fix

    return sorted({(f.pointer, f.fix): f for f in faults}.values(), key=key)
