"""Short addresses, for messages of seventy letters: `/c/26K7Q2M9X4RB` leads to the page meant.

Nothing is stored: the letter names the page, the number behind it is handed on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Short:
    """Where a letter leads. `joint` stands between page and number, if it takes one."""

    letter: str
    page: str
    joint: str = ""


SHORT = (
    Short("a", "/next/application"),
    Short("b", "/next/booking"),
    Short("c", "/next/certificate", "#"),
    Short("d", "/next/documents"),
    Short("f", "/next/review"),
    Short("g", "/next/signature"),
    Short("i", "/next/invitation"),
    Short("k", "/next/contacts"),
    Short("l", "/next/alternatives"),
    Short("n", "/next/refusal"),
    Short("o", "/next/order"),
    Short("p", "/next/profile"),
    Short("q", "/next/request"),
    Short("r", "/verify", "/"),
    Short("t", "/next/rights"),
    Short("u", "/next/services"),
    Short("v", "/next/visit"),
    Short("w", "/next/waiting"),
)


def redirects() -> str:
    """The lines of a Caddyfile. Temporary redirects: a portal may take the pages over."""
    return "\n".join(line for short in SHORT for line in _lines(short))


def _lines(short: Short) -> list[str]:
    letter, page = short.letter, short.page
    if not short.joint:
        return [f"redir /{letter} {page} 302"]
    return [
        f"redir /{letter} {page} 302",
        f"@short_{letter} path_regexp {letter} ^/{letter}/([0-9A-Z]{{12}})$",
        f"redir @short_{letter} {page}{short.joint}{{re.{letter}.1}} 302",
    ]
