"""`make bench`: every benchmark in turn, one table of medians, and ratios to baselines.

    python -m tests.benchmarks [NAME …]

A benchmark is a module here with `async def run() -> list[Row]`; the first line of its docstring
says what it measures. Measured and printed, never asserted on a clock. One that cannot run says
why, and the exit code says so too.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import uvloop

from services.chassis.runtime.garbage import collect_rarely
from services.chassis.telemetry.lines import DELAY
from services.chassis.telemetry.logging import configure
from tests.benchmarks.row import Row
from tests.benchmarks.world import machine

NAMES = (
    "sealing",
    "door",
    "booking",
    "applying",
    "relay",
    "consumer",
    "fanout",
    "journey",
    "overload",
    "spans",
)
LONG = ("soak", "region")
"""Only when they are named."""


def main(argv: Sequence[str]) -> int:
    """Run the named benchmarks, or all of them; 1 when one could not run."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES + LONG)}")
    names = parser.parse_args(argv).names or NAMES
    unknown = sorted(set(names) - set(NAMES + LONG))
    if unknown:
        parser.error(
            f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(NAMES + LONG)}"
        )
    print(machine())
    print("Medians. Ratio: to the line of the same table that is marked 1.00×.")
    started = time.perf_counter()
    collect_rarely()  # as in a service
    with Path(os.devnull).open("wb") as nowhere:
        # every log line is made, and leaves in blocks, as in a service
        configure("benchmark", stream=nowhere, delay=DELAY)
        failed = [name for name in names if not _run(name)]
    print(f"\n{len(names) - len(failed)} of {len(names)} in {time.perf_counter() - started:.0f} s")
    if failed:
        print(f"DID NOT RUN: {', '.join(failed)} (why: above)", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str) -> bool:
    started = time.perf_counter()
    try:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        # the loop that the services run on
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            rows: list[Row] = runner.run(module.run())
    except Exception as error:
        print(f"\n{name}: DID NOT RUN: {error!r}", file=sys.stderr)
        traceback.print_exc()
        return False
    _print(name, module, rows, time.perf_counter() - started)
    return True


def _print(name: str, module: ModuleType, rows: Sequence[Row], took: float) -> None:
    about = (module.__doc__ or "").strip().partition("\n")[0]
    print(f"\n{name} ({took:.0f} s): {about}")
    for row in rows:
        ratio = f"{row.ratio:.2f}×" if row.ratio is not None else ""
        group = f"{row.group}: " if row.group and row.group != name else ""
        print(f"  {group + row.name:<66}{row.value:>12,.1f} {row.unit:<16}{ratio:>9}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
