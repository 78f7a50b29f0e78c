"""An SMS is one part: seventy letters with the link, whatever the values (N1, N4)."""

from __future__ import annotations

from typing import Any

import pytest

from services.notifier.templates.domain.content import MASK, Channel
from services.notifier.templates.domain.sms import segments, shortest
from tests.support.services.notifier import (
    PORTAL,
    SALUTATION,
    facts,
    having,
    renderer,
    told_by,
)

_LONGEST_TEXT = "Государственное бюджетное учреждение здравоохранения " * 5
_LONG_SITE = "https://moe-zdorovie.ministerstvo.oblast.example"
_MARCH = "2027-09-28T11:30:00Z"
NAMES = told_by(Channel.SMS)
VISITS = [name for name in NAMES if name.startswith("appointment-") and "stalled" not in name]
"""What says when and where; of a stalled visit an SMS has the number to call (A12)."""


def sms(name: str, context: dict[str, Any], **where: str) -> str:
    return renderer(**where).render(name, Channel.SMS, context, salutation=SALUTATION).content.text


def longest(name: str) -> dict[str, Any]:
    """The facts at their longest: words without end, days and hours of two figures."""
    context = facts(name)
    for key in tuple(context):
        if key == "visit":
            for inner in ("doctor_name", "specialty", "room", "clinic_name", "clinic_address"):
                context = having(context, ("visit", inner), _LONGEST_TEXT)
            context = having(context, ("visit", "starts_at"), _MARCH)
            context = having(context, ("visit", "clinic_number"), "1234")
        elif key.endswith(("_at", "_until")):
            context[key] = _MARCH
        elif key in {"issued_on", "valid_until"}:
            context[key] = "2027-09-28"
        elif key in {"reason", "comment", "certificate_title"}:
            context[key] = _LONGEST_TEXT
    return context


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("site", [PORTAL, "http://127.0.0.1:8080", "https://mz.example"])
def test_every_sms_is_one_part(name: str, site: str) -> None:
    """With real values and with the longest ones, at a host of twenty letters."""
    for context in (facts(name), longest(name)):
        text = sms(name, context, portal=site)
        assert segments(text) == 1, f"{len(text)}: {text}"
        assert f" {shortest(site)}/" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_long_host_makes_two_parts_at_most(name: str) -> None:
    """Then a short host of its own (`short_url`) brings back the one part."""
    for context in (facts(name), longest(name)):
        assert segments(sms(name, context, portal=_LONG_SITE)) <= 2
        short = sms(name, context, portal=_LONG_SITE, short_url="https://mz.example/")
        assert segments(short) == 1
        assert " mz.example/" in short


@pytest.mark.parametrize("name", VISITS)
def test_an_sms_about_a_visit_names_the_clinic(name: str) -> None:
    """By its name where there is room, else by its number; day and time always."""
    assert "Городская поликлиника № 45" in sms(name, facts(name))
    assert "20.11" in sms(name, facts(name))
    assert "9:30" in sms(name, facts(name))
    text = sms(name, longest(name))
    assert "клиника № 1234" in text
    assert "28.09 в 14:30" in text
    short = having(facts(name), ("visit", "clinic_name"), "Поликлиника № 3")
    assert "20 ноября в 9:30, Поликлиника № 3" in sms(name, short)


@pytest.mark.parametrize("purpose", ["login", "registration", "contact", "recovery", "unheard-of"])
def test_an_sms_with_a_code_is_one_part_and_warns(purpose: str) -> None:
    text = sms("code", {"code": "402917", "purpose": purpose, "minutes": 21})
    assert text.startswith("402917 – код")
    assert "Никому не сообщайте" in text
    assert segments(text) == 1
    hidden = {"code": MASK, "purpose": purpose, "minutes": 21}
    assert sms("code", hidden) == text.replace("402917", MASK)
    assert "21 минуту" in sms("code", {"code": "402917", "purpose": "login", "minutes": 21})


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("x" * 71 + "ж", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_by_the_alphabet(text: str, count: int) -> None:
    """GSM 7 bit: 160 and 153 letters, € is two; UCS-2: 70 and 67, an emoji is two."""
    assert segments(text) == count


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://zdorovie.example", "zdorovie.example"),
        ("https://zdorovie.example/", "zdorovie.example"),
        ("https://zdorovie.example:8443", "https://zdorovie.example:8443"),
        ("https://intranet", "https://intranet"),
        ("http://zdorovie.example", "http://zdorovie.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_an_address_is_bare_only_where_phones_make_a_link_of_it(address: str, written: str) -> None:
    assert shortest(address) == written
