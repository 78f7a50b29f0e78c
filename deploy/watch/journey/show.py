"""A journey's tree as text: offset, service, step, time taken, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.watch.journey.tree import Node

_DIM, _BOLD, _RED, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[31m", "\x1b[0m"
_WIDEST = 96
_MINUTE_MS = 60_000
_INDENT = 3


def shown(name: str, roots: Sequence[Node], *, colours: bool) -> str:
    """The whole journey."""
    begins, ends = min(n.begins for n in roots), max(_last(n) for n in roots)
    services = sorted({s for root in roots for s in _services(root)})
    steps = sum(root.size for root in roots)
    about = (
        f"  began {begins.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC, "
        f"lasted {_seconds((ends - begins).total_seconds())}, "
        f"{steps} steps in {len(services)} services ({', '.join(services)})"
    )
    lines = [_paint(_BOLD, f"journey {name}", colours=colours), about]
    page = _Page(
        begins,
        max(len(service) for service in services),
        min(_WIDEST, max(_wide(root, 0) for root in roots)),
        colours,
    )
    for root in roots:
        lines += _rows(root, page, "", "")
    return "\n".join(lines)


@dataclass(frozen=True)
class _Page:
    begins: datetime
    service: int
    step: int
    colours: bool


def _wide(node: Node, depth: int) -> int:
    below = (_wide(child, depth + 1) for child in node.children)
    return max([_INDENT * depth + len(node.what), *below])


def _rows(node: Node, page: _Page, lead: str, rest: str) -> Iterator[str]:
    step = f"{lead}{node.what}"
    took = "" if node.ms is None else _took(node.ms)
    begins = f"{(node.begins - page.begins).total_seconds():>+10.3f}"
    row = f"{node.service:<{page.service}}  {step:<{page.step}} {took:>9}  {node.outcome}".rstrip()
    yield (
        _paint(_DIM, begins, colours=page.colours)
        + "  "
        + _paint(_RED, row, colours=page.colours and node.bad)
    )
    for place, child in enumerate(node.children, 1):
        last = place == len(node.children)
        lead, more = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _rows(child, page, rest + lead, rest + more)


def _services(node: Node) -> Iterator[str]:
    yield node.service
    for child in node.children:
        yield from _services(child)


def _last(node: Node) -> datetime:
    return max([node.ends, *(_last(child) for child in node.children)])


def _took(ms: float) -> str:
    return f"{ms:.1f} ms" if ms < _MINUTE_MS else _seconds(ms / 1000)


def _seconds(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004 - above that nobody reads seconds
        return f"{seconds:.3f} s"
    hours, left = divmod(int(seconds), 3600)
    return f"{hours} h {left // 60} min" if hours else f"{left // 60} min {left % 60} s"


def _paint(code: str, text: str, *, colours: bool) -> str:
    return f"{code}{text}{_RESET}" if colours else text
