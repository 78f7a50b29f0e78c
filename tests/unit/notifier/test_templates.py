"""Every event in every channel: what people read (N1, N3, N4, N11)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from contracts.scheduling import AppointmentBooked
from services.notifier.consumers import TEMPLATE_OF
from services.notifier.domain import wording
from services.notifier.domain.addressing import Channel
from services.notifier.domain.message import Kind
from services.notifier.domain.rendering import SMS_LONGEST, Rendered, Renderer, Template
from services.notifier.gateways.templates import (
    BrokenTemplateError,
    load_layout,
    load_templates,
    load_words,
)
from tests.support.notices import heard

PORTAL = "https://zdorovie.example"
LATER = {"appointment-reminder": "appointment-booked", "certificate-expiring": "certificate-issued"}
EVENTS = {name: kind for kind, name in TEMPLATE_OF.items()}
NAMES = sorted({*EVENTS, *LATER})


def renderer(*more: Template) -> Renderer:
    return Renderer(
        (*load_templates(), *more),
        load_layout(),
        load_words(),
        portal=PORTAL + "/",
        timezone="Europe/Moscow",
    )


def context(name: str, **changes: Any) -> dict[str, Any]:
    data = heard(EVENTS[LATER.get(name, name)], **changes).data
    found: dict[str, Any] = data.model_dump(mode="json", exclude={"pii"})
    return found


def said(name: str, channel: Channel, **changes: Any) -> Rendered:
    return renderer().render(
        name, channel, context(name, **changes), salutation="Здравствуйте, Анна!"
    )


def a_template(version: int, **parts: str) -> Template:
    ready = {"title": "т", "sms": "с", "push": "п", "text": "т", "action": "д", "link": ""} | parts
    return Template("trial", version, Kind.STATUS, **ready)


def test_every_event_has_its_template_and_every_template_its_event() -> None:
    """N1, N11."""
    assert renderer().names == {*NAMES, "code"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channel", Channel)
def test_every_message_has_title_action_and_link(name: str, channel: Channel) -> None:
    """N4: what to do and where."""
    rendered = said(name, channel)
    content = rendered.content
    assert rendered.template == f"{name}.v1"
    assert re.search("[а-я]", content.title)
    assert content.action
    assert content.link.startswith((f"{PORTAL}/#/", f"{PORTAL}/verify/"))
    for text in (content.title, content.text, content.html or ""):
        assert "{{" not in text
        assert "None" not in text
    assert "\n" not in content.title


@pytest.mark.parametrize("name", NAMES)
def test_sms_costs_two_parts_at_most(name: str) -> None:
    """Cyrillic: 67 characters a part, the link included."""
    content = said(name, Channel.SMS).content
    assert len(content.text) <= SMS_LONGEST, content.text
    assert content.text.endswith(content.link)


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_says_the_same_plain_and_as_html(name: str) -> None:
    """N1: e-mail with an alternative."""
    content = said(name, Channel.EMAIL).content
    assert content.text.startswith("Здравствуйте, Анна!\n")
    assert content.link in content.text
    assert content.html is not None
    assert f'href="{content.link}"' in content.html
    assert "http" not in content.html.replace(content.link, "").replace(
        "https://health.example.org", ""
    )
    assert "\n\n\n" not in content.text


def test_c36_a_revocation_says_when_why_what_to_do_and_where_anybody_sees_it() -> None:
    """N4."""
    rendered = said("certificate-revoked", Channel.EMAIL)
    content = rendered.content
    assert rendered.kind is Kind.STATUS
    assert content.link == f"{PORTAL}/verify/086-2026-000000417-3"
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
    assert "1 января 2027 (пятница) в 8:30" in text


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
    assert "Приложите: результат флюорографии, Снимок зубов." in text
    assert "zz-9" not in text
    assert (
        "Приложите: ." not in said("documents-requested", Channel.EMAIL, missing=["q"]).content.text
    )


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


def test_a_template_file_with_a_missing_part_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "trial.v1.toml").write_text('kind = "status"\ntitle = "т"\n', encoding="utf-8")
    with pytest.raises(BrokenTemplateError, match="sms"):
        load_templates(tmp_path)


@pytest.mark.parametrize("purpose", ["login", "registration", "unheard-of"])
def test_a_code_message_is_short_and_warns(purpose: str) -> None:
    given = {"code": "402917", "purpose": purpose, "minutes": 21}
    text = renderer().render("code", Channel.SMS, given, salutation="").content.text
    assert text.startswith("402917 – код")
    assert "Никому не сообщайте" in text
    assert "21 минуту" in text
    assert len(text) <= SMS_LONGEST


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 минута"), (3, "3 минуты"), (5, "5 минут"), (11, "11 минут"), (21, "21 минута")],
)
def test_russian_plurals(count: int, words: str) -> None:
    assert wording.plural(count, "минута", "минуты", "минут") == words


def test_a_moment_is_the_day_it_is_there() -> None:
    assert wording.day("2026-11-23T22:00:00Z", "Europe/Moscow") == "24 ноября 2026"
    assert wording.day("2026-11-23", "Asia/Vladivostok") == "23 ноября 2026"
