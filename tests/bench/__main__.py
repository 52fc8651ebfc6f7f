"""Run every benchmark in this folder (性能测量): ``python -m tests.bench [name …]``; a module here with ``run`` is one."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Run the benchmarks named, or all of them, each printing its lines as it goes."""
    names = [path.stem for path in sorted(Path(__file__).parent.glob("*.py")) if not path.stem.startswith("_")]
    if unknown := [name for name in wanted if name not in names]:
        print(f"没有名为 {'、'.join(unknown)} 的性能测量；现有：{'、'.join(names)}。", file=sys.stderr)
        return 2
    for name in wanted or names:
        run = getattr(import_module(f"tests.bench.{name}"), "run", None)
        if run is not None:
            print(f"## {name}", flush=True)
            run(lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
