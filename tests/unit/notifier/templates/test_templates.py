"""Every event in every channel: what people read (N1, N3, N4, N11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from contracts.scheduling import AppointmentBooked
from services.notifier.templates import gateways as templates
from services.notifier.templates.domain import wording
from services.notifier.templates.domain.compiled import Template
from services.notifier.templates.domain.content import Channel, Kind
from services.notifier.templates.gateways import BrokenTemplateError, load_templates
from services.scheduling.bookings.domain.details import Need
from services.scheduling.bookings.domain.pending import NOT_CONFIRMED
from services.scheduling.changes.domain import REASON_CODES
from tests.support.services.notifier import (
    NAMES,
    PORTAL,
    SALUTATION,
    heard,
    renderer,
    said,
    seen,
    told_by,
)

_FOOTER = "Письмо отправлено автоматически, отвечать на него не нужно."


def a_template(version: int, **parts: str) -> Template:
    ready = {"title": "т", "text": "т", "action": "д", "link": "", "short": ""} | parts
    sms = (ready.pop("sms", "с"),)
    return Template("trial", version, Kind.STATUS, sms=sms, push=("п",), **ready)


def test_every_event_has_its_template_and_every_template_its_event() -> None:
    """N1, N11."""
    assert renderer().names == {*NAMES, "code"}


@pytest.mark.parametrize(
    ("channel", "name"), [(channel, name) for channel in Channel for name in told_by(channel)]
)
def test_every_message_has_title_action_and_link(name: str, channel: Channel) -> None:
    """N4: what to do and where; the button is something to do, the link no start page."""
    rendered = said(name, channel)
    content = rendered.content
    assert rendered.template == f"{name}.v2"
    assert re.search("[а-я]", content.title)
    assert re.match("[А-Я][а-я]+(ть|ться|йти) ", content.action), content.action
    assert content.link.startswith((f"{PORTAL}/next/", f"{PORTAL}/verify/"))
    for text in (content.title, content.text, content.html or ""):
        assert "{{" not in text
        assert "None" not in text
    assert "\n" not in content.title


@pytest.mark.parametrize("name", [*told_by(Channel.EMAIL), "code"])
def test_a_letter_says_the_same_plain_and_as_html(name: str) -> None:
    """N1: e-mail with an alternative, line by line; nothing is loaded from elsewhere."""
    if name == "code":
        given = {"code": "402917", "purpose": "login", "minutes": 5}
        content = renderer().render(name, Channel.EMAIL, given, salutation=SALUTATION).content
    else:
        content = said(name, Channel.EMAIL).content
    assert content.html is not None
    lines, links = seen(content.html)
    told, _, ending = content.text.partition(f"{content.action}{': ' * bool(content.link)}")
    body = [line for line in told.splitlines() if line]
    assert lines == ["Моё здоровье", content.title, *body, content.action, _FOOTER]
    assert links == ([content.link] if content.link else [])
    assert ending == f"{content.link}\n\n--\n«Моё здоровье». {_FOOTER}\n"
    assert body[0] == SALUTATION
    assert "\n\n\n" not in content.text
    assert not re.search(r"src=|@import|url\(", content.html)


def test_c36_a_revocation_says_when_why_what_to_do_and_where_anybody_sees_it() -> None:
    """N4."""
    rendered = said("certificate-revoked", Channel.EMAIL)
    content = rendered.content
    assert rendered.kind is Kind.STATUS
    assert content.link == f"{PORTAL}/verify/26K7-Q2M9-X4RB"
    assert "Справка отозвана 2 декабря 2026 и больше не действует" in content.text
    assert "Причина: Справка выдана по ошибочным результатам исследования." in content.text
    assert "подайте новое заявление" in content.text


def test_all_four_kinds_are_there() -> None:
    """N3."""
    kinds = {t.kind for t in load_templates()}
    assert kinds == {Kind.STATUS, Kind.REQUEST, Kind.READY, Kind.EXPIRY, Kind.CODE}


def test_a_visit_is_told_in_its_own_time_zone() -> None:
    """A citizen in Vladivostok reads Vladivostok's time."""
    visit = heard(AppointmentBooked).data.visit.model_dump(mode="json")
    visit |= {"starts_at": "2026-12-31T22:30:00Z", "timezone": "Asia/Vladivostok"}
    text = said("appointment-booked", Channel.EMAIL, visit=visit).content.text
    assert "1 января 2027, пятница, в 8:30 по времени клиники" in text


def test_what_staff_wrote_is_escaped_in_html_and_plain_in_text() -> None:
    """No markup of a doctor's comment reaches a mail client as markup."""
    comment = "<script>alert(1)</script> & ещё"
    content = said("documents-requested", Channel.EMAIL, comment=comment).content
    assert comment in content.text
    assert content.html is not None
    assert "<script>" not in content.html
    assert "&lt;script&gt;" in content.html


def test_a_comment_that_is_a_template_stays_a_comment() -> None:
    """Data is never compiled."""
    content = said("application-refused", Channel.EMAIL, reason="{{ 7 * 7 }}").content
    assert "{{ 7 * 7 }}" in content.text


def test_a_line_break_cannot_enter_a_subject() -> None:
    """Header injection."""
    content = said(
        "application-refused", Channel.EMAIL, tracking_number="1\r\nBcc: all@example.org"
    ).content
    assert content.title == "Отказ по заявлению 1 Bcc: all@example.org"


def test_codes_of_documents_are_named_and_unknown_ones_left_out() -> None:
    text = said(
        "documents-requested", Channel.EMAIL, missing=["fluorography", "zz-9", "Снимок зубов"]
    ).content.text
    assert "Приложите: результат флюорографии, Снимок зубов\n" in text
    assert "zz-9" not in text


def test_c10_who_is_asked_to_correct_is_not_told_to_add_documents() -> None:
    """Only corrections are asked for: no «документы» in title, SMS, push or button."""
    asked = {"missing": [], "comment": "Исправьте в заявлении: место работы."}
    for channel in Channel:
        content = said("documents-requested", channel, **asked).content
        assert content.action == "Исправить заявление"
        assert "документы" not in f"{content.title} {content.text}".lower()
    letter = said("documents-requested", Channel.EMAIL, **asked).content.text
    assert "Комментарий: Исправьте в заявлении: место работы.\n" in letter
    assert said("documents-requested", Channel.SMS).content.action == "Добавить документы"


@pytest.mark.parametrize("code", [*REASON_CODES.values(), NOT_CONFIRMED])
def test_a16_why_a_clinic_cancels_or_moves_is_said(code: str) -> None:
    """Every reason that scheduling gives has its words; a visit that never stood says so."""
    for name, by in (("appointment-cancelled", "cancelled_by"), ("appointment-moved", "moved_by")):
        letter = said(name, Channel.EMAIL, **{by: "clinic"}, reason_code=code).content.text
        assert re.search("Почему: [а-я]", letter)
    letter = said("appointment-cancelled", Channel.EMAIL, reason_code=code).content.text
    assert ("не подтвердилась вовремя" in letter) is (code == NOT_CONFIRMED)


@pytest.mark.parametrize("need", list(Need))
def test_a11_what_a_pending_visit_needs_is_said_in_words(need: Need) -> None:
    letter = said("appointment-pending", Channel.EMAIL, needs=[need.value]).content.text
    assert re.search("Чего не хватает: [а-я]", letter)


def test_a_name_that_is_not_there_is_an_error_not_a_gap() -> None:
    """StrictUndefined: a broken template reaches nobody."""
    with pytest.raises(UndefinedError):
        renderer(a_template(1, sms="{{ nothing }}")).render("trial", Channel.SMS, {}, salutation="")


def test_a_template_cannot_reach_out() -> None:
    """Sandboxed: templates are data, and data may be wrong."""
    with pytest.raises(SecurityError):
        renderer(a_template(1, sms="{{ ''.__class__.__mro__ }}")).render(
            "trial", Channel.SMS, {}, salutation=""
        )


def test_the_newest_version_is_used() -> None:
    """N11: and the journal says which."""
    both = renderer(a_template(2, sms="новый"), a_template(1, sms="старый"))
    rendered = both.render("trial", Channel.SMS, {}, salutation="")
    assert (rendered.content.text, rendered.template) == ("новый", "trial.v2")


def test_a_wording_that_is_no_list_stops_the_start(tmp_path: Path) -> None:
    """A text in place of the list would be wordings of one letter each."""
    good = (templates.DIRECTORY / "account-registered.v2.toml").read_text(encoding="utf-8")
    broken = re.sub(r"push = \[(.*)\]", r"push = \1", good)
    (tmp_path / "trial.v1.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(BrokenTemplateError, match="push"):
        load_templates(tmp_path)


def test_a_template_file_with_a_missing_part_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "trial.v1.toml").write_text('kind = "status"\ntitle = "т"\n', encoding="utf-8")
    with pytest.raises(BrokenTemplateError, match="sms"):
        load_templates(tmp_path)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 минута"), (3, "3 минуты"), (5, "5 минут"), (11, "11 минут"), (21, "21 минута")],
)
def test_russian_plurals(count: int, words: str) -> None:
    assert wording.plural(count, "минута", "минуты", "минут") == words


def test_a_moment_is_the_day_it_is_there() -> None:
    assert wording.day("2026-11-23T22:00:00Z", "Europe/Moscow") == "24 ноября 2026"
    assert wording.day("2026-11-23", "Asia/Vladivostok") == "23 ноября 2026"


@pytest.mark.parametrize(
    ("kopecks", "words"),
    [
        (125_000, "1 250 ₽"),
        (99, "0,99 ₽"),
        (5_005, "50,05 ₽"),
        (123_456_780, "1 234 567,80 ₽"),
        (0, ""),
    ],
)
def test_d8_money_has_kopecks_only_where_there_are_some(kopecks: int, words: str) -> None:
    assert wording.money(kopecks).replace("\N{NO-BREAK SPACE}", " ") == words


def test_d8_a_service_is_paid_for_and_a_free_one_has_no_line_about_it() -> None:
    """It is no duty of the state."""
    paid = said("application-submitted", Channel.EMAIL, fee_kopecks=125_000).content.text
    assert "Оплата услуги: 1 250 ₽\n" in paid.replace("\N{NO-BREAK SPACE}", " ")
    free = said("application-submitted", Channel.EMAIL, fee_kopecks=0).content.text
    assert "Оплата" not in free
    for template in load_templates():
        assert "ошлин" not in f"{template.title}{template.text}{template.sms}{template.push}"


def test_a_doctor_is_named_in_full() -> None:
    """No initials: a name may be long."""
    visit = heard(AppointmentBooked).data.visit.model_dump(mode="json")
    visit["doctor_name"] = "Салтыкова-Щедрина Константина Владиславовна"
    text = said("appointment-booked", Channel.EMAIL, visit=visit).content.text
    assert "Врач: Салтыкова-Щедрина Константина Владиславовна\n" in text
