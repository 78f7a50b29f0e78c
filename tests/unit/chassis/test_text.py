"""One normalisation per kind of field: what people type and paste is one text in the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.foundation import text

KINDS: tuple[Callable[[str], str], ...] = (
    text.tidied,
    text.line,
    text.prose,
    text.name,
    text.number,
    text.code,
    text.phone,
    text.printed_number,
)
SPACES = "\t \u00a0\u1680\u2000\u2007\u2009\u202f\u205f\u3000\u2800\x1c"
NEWLINES = ("\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029")
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202c\u2060\u2066\ufe0f\ufeff\U000e0020\x1f"
)
DASHES = "-‐‑‒–—―⁃−➖﹘﹣－\x1e\u05be\u2e3a"
APOSTROPHES = "'’‘ʼ`´′＇‛"


@pytest.mark.parametrize("kind", KINDS)
@given(st.text(max_size=30) | st.text(SPACES + UNSEEN + DASHES + "\r\nа1́№/", max_size=30))
def test_a_tidied_text_is_tidy(kind: Callable[[str], str], typed: str) -> None:
    """Whoever has it may pass it on: a second door changes nothing."""
    once = kind(typed)
    assert kind(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in {"Cf", "Zl", "Zp"} for c in once if c < "\U00010000")
    assert all(c == " " for c in once if unicodedata.category(c) == "Zs")


@pytest.mark.parametrize("space", SPACES)
def test_every_space_is_a_space(space: str) -> None:
    assert text.tidied(f"а{space}б") == "а б"
    assert text.line(f"{space}а{space}{space}б{space}") == "а б"
    assert text.prose(f"а{space}б{space}\n{space}в{space}") == "а б\nв"
    assert text.number(f"12{space}34") == "1234"


@pytest.mark.parametrize("newline", NEWLINES)
def test_every_line_end_is_a_newline(newline: str) -> None:
    assert text.prose(f"раз{newline}два") == "раз\nдва"
    assert text.prose(f"раз{newline * 2}два{newline}") == "раз\n\nдва"
    assert text.prose(f"раз{newline * 5}два") == "раз\n\nдва"
    assert text.line(f"раз{newline}два") == "раз два"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_is_gone(unseen: str) -> None:
    assert text.prose(f"{unseen}спра{unseen}вка{unseen}") == "справка"
    assert text.code(f"64{unseen}6501") == "646501"
    assert text.phone(f"{unseen}+7 999{unseen}") == "+7 999"
    assert text.prose(f" {unseen} ") == ""


def test_a_ligature_is_its_letters() -> None:
    assert text.prose("o\ufb03ce, \ufb01t, \ufb06") == "office, fit, st"


def test_control_characters_stay_to_be_refused() -> None:
    """Taken out silently, `10–20` of an old encoding would become 1020."""
    assert text.prose("10\x9620") == "10\x9620"
    assert text.line("Иван\x00") == "Иван\x00"


def test_letters_in_two_pieces_are_one() -> None:
    mac = unicodedata.normalize("NFD", "Андрей Ёлкин")
    assert text.name(mac) == text.line(mac) == text.prose(mac) == "Андрей Ёлкин"
    assert text.prose("и\u200d\u0306") == "й", "a mark that was kept apart from its letter"


@pytest.mark.parametrize("dash", DASHES)
def test_a_dash_is_a_hyphen_where_one_is_meant(dash: str) -> None:
    assert text.name(f"Римский{dash}Корсаков") == "Римский-Корсаков"
    assert text.name(f" Мамин {dash} Сибиряк") == "Мамин-Сибиряк"
    assert text.number(f"112{dash}233{dash}445 95") == "11223344595"
    assert text.code(f"646{dash}501") == "646501"
    assert text.phone(f"+7 999 794{dash}33{dash}61") == "+7 999 794-33-61"
    assert text.printed_number(f"263K{dash}M65Q{dash}36CC") == "263KM65Q36CC"
    assert text.prose("боли – нет") == "боли – нет", "a sentence keeps its dash"


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_any_apostrophe_of_a_name_is_one(apostrophe: str) -> None:
    assert text.name(f"О{apostrophe}Нил") == "О'Нил"


def test_a_name_keeps_what_is_wrong_with_it() -> None:
    assert text.name("Cоколова") == "Cоколова"  # a Latin C
    assert text.name("Анна 2") == "Анна 2"


@pytest.mark.parametrize(
    "typed", ["646501", "646 501", " 646501\n", "646-501", "646—501", "646.501", "646501.",
              "６４６５０１", "٦٤٦٥٠١", "\u200e646501", "\u2068646\u00a0501\u2069"]
)  # fmt: skip
def test_a_code_is_its_digits(typed: str) -> None:
    assert text.code(typed) == "646501"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("112—233—445 95", "11223344595"),
        ("№ 123456", "123456"),
        ("№123456", "123456"),
        ("N 123456", "123456"),
        ("No. 123456", "123456"),
        ("#123456", "123456"),
        ("45 21", "4521"),
        ("7758 8900 0000 0128.", "7758890000000128"),
        ("AB 123456", "AB123456"),
        ("²³", "²³"),  # no digits of a number, whatever `str.isdigit` says
    ],
)
def test_a_number_is_what_is_not_a_separator(typed: str, number: str) -> None:
    assert text.number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["tel:+7 999 794-33-61", "TEL:+7-999-794-33-61", "+7.999.794.33.61", "tel://+79997943361",
     "\u202a+7 999 794‑33‑61\u202c", "＋７ 999 794 33 61"],
)  # fmt: skip
def test_a_phone_is_ready_for_a_parser(typed: str) -> None:
    found = text.phone(typed)
    assert found.isascii()
    assert "".join(c for c in found if c not in " -") == "+79997943361"


@pytest.mark.parametrize(
    "typed",
    [
        "263K-M65Q-36CC",
        "263k m65q 36cc",
        "263KM65Q36CC",
        "№ 263K-M65Q-36CC от 27.11.2026",
        "№ 263K‑M65Q—36CC от 27.11.2026 г.",
        "№263KM65Q36CC от 27 ноября 2026",
        "263K-M65Q-36CC.",
        "«263K-M65Q-36CC»",
        "Справка № 263K-M65Q-36CC действительна",
        "Номер записи\t263K-M65Q-36CC",
        "В мае 2026 года дали 263K-M65Q-36CC",
        "Дата 2026 № 263K M65Q 36CC",
        "Справка 263KM65Q36CC",
        "https://example.ru/verify/263K-M65Q-36CC",
        "https://example.ru/verify/263K-M65Q-36CC/",
        "https://example.ru/verify/263K-M65Q-36CC.",
        "https://example.ru/verify/263K-M65Q-36CC?utm=1#top",
        "https://example.ru/verify?number=263K-M65Q-36CC&lang=ru",
        "https://example.ru/verify/263K%2DM65Q%E2%80%9136CC",
        "example.ru/verify/263k-m65q-36cc",
        "/verify/263K-M65Q-36CC",
        "https:/example.ru/verify/263K-M65Q-36CC",  # a gateway made one slash of two
        "Проверить подлинность: https://example.ru/verify/263K-M65Q-36CC",
    ],
)
def test_a_printed_number_is_found_in_what_people_paste(typed: str) -> None:
    assert text.printed_number(typed) == "263KM65Q36CC"


def test_what_is_no_number_comes_back_to_be_refused() -> None:
    assert text.printed_number("") == ""
    assert text.printed_number("завтра") == "ЗАВТРА"
    assert text.printed_number("http://[") != ""
