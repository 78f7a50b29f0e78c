"""What is logged of an error goes through `redacted`: an error may quote what somebody typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_LEVELS = frozenset({"debug", "info", "warning", "error", "critical"})
_QUOTES = ("repr(", "str(", "f'")


def _logged(source: str) -> Iterator[str]:
    """The expressions that log lines have as their `error`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("log"), attr=attr), keywords=told):
                if attr in _LEVELS:
                    yield from (ast.unparse(k.value) for k in told if k.arg == "error")


def test_no_line_quotes_an_error() -> None:
    found = {
        (str(file), expression)
        for file in Path("services").rglob("*.py")
        for expression in _logged(file.read_text(encoding="utf-8"))
    }
    assert any(said == "redacted(error)" for _, said in found)
    assert {(file, said) for file, said in found if said.startswith(_QUOTES)} == set()


def test_the_rule_sees_a_quoted_error() -> None:
    assert list(_logged("log.warning('x', error=repr(error)[:200])")) == ["repr(error)[:200]"]
