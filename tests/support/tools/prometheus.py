"""A real Prometheus for a test, on a free port, over a directory that goes away with it."""

from __future__ import annotations

import json
import math
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import Child
from deploy.stacks.embedded.settings import inherited_environment
from deploy.watch.observability.series import Labels

Samples = list[tuple[float, float]]


class RefusedQueryError(Exception):
    """Prometheus could not work out the query."""


@dataclass(frozen=True)
class Prometheus:
    """Asks it."""

    url: str

    def query(self, promql: str, at: float | None = None) -> dict[Labels, float]:
        """The answer to an instant query: numbers only, as `Query.at` gives them.

        Raises:
            RefusedQueryError: with its reason.
        """
        answer = self._ask(promql, at)
        found = {_labels(each["metric"]): float(each["value"][1]) for each in answer["result"]}
        return {labels: value for labels, value in found.items() if math.isfinite(value)}

    def samples(
        self, selector: str, at: float | None = None
    ) -> Iterator[tuple[dict[str, str], Samples]]:
        """Raw samples: `up[2m]`."""
        for each in self._ask(selector, at)["result"]:
            yield each["metric"], [(float(t), float(v)) for t, v in each["values"]]

    def get(self, path: str) -> Any:
        """The data of `/api/v1/…`."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=30) as answer:  # noqa: S310 - our own server
            return json.load(answer)["data"]

    def _ask(self, promql: str, at: float | None) -> Any:
        asked = {"query": promql} | ({"time": repr(at)} if at is not None else {})
        try:
            return self.get(f"query?{urllib.parse.urlencode(asked)}")
        except urllib.error.HTTPError as refused:
            raise RefusedQueryError(refused.read().decode(), promql) from refused


def _labels(metric: dict[str, str]) -> Labels:
    return tuple(sorted((n, v) for n, v in metric.items() if n != "__name__"))


@contextmanager
def running(program: Path, config: str, folder: Path) -> Iterator[Prometheus]:
    """It runs inside the block, with this configuration; `folder/data` may hold blocks."""
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    (port,) = free_ports(1)
    child = Child(
        "prometheus",
        [
            str(program),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        env=inherited_environment(),
        cwd=folder,
        log=folder / "prometheus.log",
    )
    child.start()
    try:
        found = Prometheus(f"http://127.0.0.1:{port}")
        _wait(found, child)
        yield found
    finally:
        child.stop(grace=10.0)


def _wait(prometheus: Prometheus, child: Child) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{prometheus.url}/-/ready", timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            assert child.alive, child.tail()
            assert time.monotonic() < deadline, child.tail()
            time.sleep(0.1)  # the start of a server, as in tests/support/stack.py
        else:
            return
