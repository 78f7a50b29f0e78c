"""The runbooks as a test reads them: what they have people search for, found in what was written.

`found_by("CodeGuessing", said)` does what the page says: its `grep` over the lines of the log. So a
line that is reworded, or whose fields are renamed, fails the test that brought it about. Which
pages search a log is for tests/unit/observability/test_runbooks.py to know, and that each of them
has such a test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from deploy.watch.observability.__main__ import runbooks
from tests.support.tools.spans import Said

_GREP = re.compile(r"\| grep (?P<flags>(?:-[iE] )*)'(?P<words>[^']+)'")


@dataclass(frozen=True)
class Search:
    """One `grep` of a page."""

    words: str
    extended: bool = False
    any_case: bool = False

    @property
    def alternatives(self) -> list[str]:
        """What is looked for: one thing, or several with -E."""
        return self.words.split("|") if self.extended else [self.words]

    def finds(self, line: str) -> bool:
        """Whether `grep` would show this line."""
        if self.any_case:
            line = line.lower()
        wanted = [w.lower() if self.any_case else w for w in self.alternatives]
        return any(word in line for word in wanted)


def searches(text: str) -> list[Search]:
    """Every search of a log that a page tells to make."""
    return [
        Search(found["words"], extended="-E" in found["flags"], any_case="-i" in found["flags"])
        for found in _GREP.finditer(text)
    ]


def found_by(name: str, said: Said) -> list[dict[str, Any]]:
    """The lines of the log that the searches of this runbook find.

    Raises:
        AssertionError: the page searches no log.
    """
    made = searches(runbooks()[name])
    assert made, f"{name} searches no log"
    lines = said.text.splitlines()
    return [orjson.loads(line) for line in lines if any(search.finds(line) for search in made)]
