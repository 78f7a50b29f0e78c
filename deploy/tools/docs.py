"""`python -m deploy.tools.docs`: every OpenAPI document and the table of all metrics.

They go into docs/. `--check` writes nothing and fails when a committed document is not what the
code says. Builds the applications but runs none: no server is needed.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from fastapi import FastAPI

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.tools.metrics_table import metrics_table
from deploy.watch.ops.volumes import WatcherMetrics
from services.chassis.foundation.settings import ServiceSettings
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime

TARGET = ROOT / "docs"


def built(name: str) -> FastAPI:
    """The service as `__main__` would build it (nothing is connected by building)."""
    settings = _settings_of(importlib.import_module(f"services.{name}.settings"))
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(settings)
    return app


def document(app: FastAPI) -> str:
    """The OpenAPI document of one service, as it is committed."""
    content: dict[str, Any] = app.openapi()
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def documents() -> dict[str, str]:
    """Every generated document by its name below docs/."""
    apps = {name: built(name) for name in SERVICES}
    boards = {name: find(app, Runtime).metrics for name, app in apps.items()}
    return {
        **{f"openapi/{name}.json": document(app) for name, app in apps.items()},
        "metrics.md": metrics_table(boards, WatcherMetrics()),
    }


def _settings_of(module: ModuleType) -> ServiceSettings:
    (kind,) = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, ServiceSettings) and member.__module__ == module.__name__
    ]
    return kind(demo=True)  # outside a demo some want a secret of the operator's


def stale(target: Path, wanted: dict[str, str]) -> list[str]:
    """Names of the documents whose file is not what it should be."""
    return [
        name
        for name, text in wanted.items()
        if not (target / name).exists() or (target / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m deploy.tools.docs [--check]", file=sys.stderr)
        return 2
    wanted = documents()
    changed = stale(TARGET, wanted)
    if arguments:
        for name in changed:
            print(f"docs/{name} is not what the code says: run `make docs`")
        return 1 if changed else 0
    for name in changed:
        (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
        (TARGET / name).write_text(wanted[name], encoding="utf-8")
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
