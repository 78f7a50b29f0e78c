r"""Patterns of values, written by administrators and run on what citizens type.

RE2 takes time in proportion to the value, whatever the pattern; it knows no back references and no
look-around, and its `\d` takes ASCII digits only. What it cannot compile in little memory is none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

_LONGEST = 300
_MEMORY = 1 << 20


def is_pattern(pattern: str) -> bool:
    """Whether values can be held to it."""
    if len(pattern) > _LONGEST:
        return False
    try:
        _compiled(pattern)
    except (re2.error, UnicodeError):
        return False
    return True


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value is what the pattern says."""
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(pattern, options)
