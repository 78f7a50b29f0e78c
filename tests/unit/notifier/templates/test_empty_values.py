"""No label without its value: a line that would print nothing is left out as a whole (d6, N4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.notifier.templates.domain.compiled import EmptyValueError
from services.notifier.templates.domain.content import Channel
from tests.support.services.notifier import (
    NAMES,
    SALUTATION,
    facts,
    having,
    renderer,
    told_by,
)

_EMPTY = ("", "   ", "\N{NO-BREAK SPACE}\u200b", " – ", None)
_MARK = "Щъ7"  # nothing of ours says that
# Made by services, never typed by anybody: a message about nothing in particular must not go out.
_GIVEN = {"tracking_number", "number", "talon_number"}
_FORMED = {
    "starts_at",
    "ends_at",
    "timezone",
    "deadline_at",
    "submitted_at",
    "revoked_at",
    "issued_on",
    "valid_until",
    "until",
    "expires_at",
    "held_until",
    "limited_until",
    "due_at",
}
# What stands where a value is missing, punctuation around a gap, a label at the end of a line.
_GAP = re.compile(r": *[.,;]|, *[,.]|№ *(?:[^\s\w]|$)|[(«] *[)»]|\bкабинет *[.,]|  ", re.MULTILINE)
_LABEL = re.compile(r"[а-яё№]:$", re.MULTILINE)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a text, a list or nothing stands in the facts of a template."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _FORMED:
                yield from _leaves(inner, (*path, key))
    elif value is None or isinstance(value, str | list):
        yield path


CASES = [(name, path) for name in told_by(Channel.EMAIL) for path in _leaves(facts(name))]


def _said(name: str, channel: Channel, context: dict[str, Any]) -> str:
    content = renderer().render(name, channel, context, salutation=SALUTATION).content
    return content.text


@pytest.mark.parametrize(
    ("name", "path"), CASES, ids=lambda v: v if isinstance(v, str) else ".".join(v)
)
def test_what_says_nothing_takes_its_line_with_it(name: str, path: tuple[str, ...]) -> None:
    """Every text of every event, empty in five ways: its lines go, all others stay as they are."""
    context = facts(name)
    is_list = isinstance(context.get(path[0]), list)
    marked = having(context, path, [_MARK] if is_list else _MARK)
    whole = _said(name, Channel.EMAIL, marked)
    told = renderer().render(name, Channel.EMAIL, marked, salutation=SALUTATION).content
    told_to = f"{told.action}: "  # may be another thing to do when there is nothing to add
    kept = [line for line in whole.splitlines() if line and _MARK not in line]
    kept = [line for line in kept if not line.startswith(told_to)]
    for empty in _EMPTY:
        lacking = having(context, path, ([empty or ""] if is_list else empty))
        if path[-1] in _GIVEN and _MARK in f"{told.title} {told.link}":
            with pytest.raises(EmptyValueError):
                _said(name, Channel.EMAIL, lacking)
            continue
        letter = renderer().render(name, Channel.EMAIL, lacking, salutation=SALUTATION).content
        lines = [line for line in letter.text.splitlines() if line]
        assert [line for line in lines if not line.startswith(f"{letter.action}: ")] == kept
        for channel in renderer().telling(name, {}, salutation="").channels:
            text = _said(name, channel, lacking)
            assert not _GAP.search(text), text
            assert text.strip(" :.,")


@pytest.mark.parametrize("name", NAMES)
def test_no_label_stands_alone_and_nothing_stands_around_a_gap(name: str) -> None:
    """All of a template's typed values at once are empty: what is left still reads well."""
    context = facts(name)
    for path in _leaves(context):
        if path[-1] not in _GIVEN:
            is_list = isinstance(context.get(path[0]), list)
            context = having(context, path, [] if is_list else "  ")
    for channel in renderer().telling(name, {}, salutation="").channels:
        text = _said(name, channel, context)
        assert not _GAP.search(text), text
        assert channel is Channel.SMS or not _LABEL.search(text), text


@pytest.mark.parametrize("name", ["application-refused", "certificate-revoked"])
def test_d6_no_reason_without_a_reason(name: str) -> None:
    """The one that people saw."""
    assert "Причина: Годность\n" in _said(name, Channel.EMAIL, facts(name, reason="Годность"))
    for channel in Channel:
        assert "Причина:" not in _said(name, channel, facts(name, reason=" \t "))
    assert "ричина" not in _said(name, Channel.SMS, facts(name))
