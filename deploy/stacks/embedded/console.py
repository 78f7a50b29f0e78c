"""What the person at the terminal sees: prefixed lines, and the table when all is up.

Log lines in JSON are shown as a person reads them unless `raw` asks for the lines themselves (the
files always have those). No colours when the output is not a terminal, or when NO_COLOR asks for
none.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from deploy.stacks.embedded.readable import readable

_WIDTH = 12
_RESET, _BOLD, _RED = "\x1b[0m", "\x1b[1m", "\x1b[31m"
_COLOURS = ("36", "32", "33", "34", "35", "96", "92", "93", "94", "95")


@dataclass
class Console:
    """Lines of many processes on one stream, each whole."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    colours: bool | None = None
    raw: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.colours is None:
            self.colours = self.stream.isatty()

    def line(self, name: str, text: str) -> None:
        """One line of the process `name`."""
        prefix = self._paint(self._colour_of(name), f"{name:<{_WIDTH}} │ ")
        lines = [text] if self.raw else readable(text).splitlines() or [""]
        self._write("\n".join(prefix + line for line in lines))

    def say(self, text: str) -> None:
        """One line of the stack itself."""
        self._write(self._paint(_BOLD, f"{'stack':<{_WIDTH}} │ ") + text)

    def complain(self, text: str) -> None:
        """A line that must not be overlooked."""
        self._write(self._paint(_BOLD, f"{'stack':<{_WIDTH}} │ ") + self._paint(_RED, text))

    def table(self, title: str, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        """Rows of two columns under headings."""
        rule = "─" * 100
        lines = ["", rule, self._paint(_BOLD, title), rule]
        for heading, group in groups:
            width = max((len(left) for left, _ in group), default=0)
            lines.append(self._paint(_BOLD, heading))
            lines += [f"  {left:<{width}}  {right}" for left, right in group]
        lines.append(rule)
        self._write("\n".join(lines))

    def _colour_of(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = f"\x1b[{_COLOURS[len(self._known) % len(_COLOURS)]}m"
        return self._known[name]

    def _paint(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.colours else text

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                print(text, file=self.stream, flush=True)
            except (OSError, ValueError):
                # The reader of our output went away (`make run | head`); the stack goes on.
                return
