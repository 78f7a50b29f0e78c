"""C13: what a receipt says, and that it says nothing of what was answered."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Confirmation, Link
from services.certificates.applications.domain.receipt import receipt_rows, receipt_url
from tests.support.services.certificates.builders import (
    ANNA,
    CLINIC,
    FILLED,
    FORM_086,
    NOW,
    a_waiting,
)

VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")


def rows(application: Application) -> dict[str, str]:
    found = receipt_rows(
        application, FORM_086, CLINIC, applicant="Соколова Анна Сергеевна", zone=VLADIVOSTOK
    )
    return {row.key: row.value for row in found}


def test_c13_number_moment_of_the_clinic_deadline_papers_and_confirmation() -> None:
    filed = a_waiting()
    confirmed = Confirmation("sms", NOW, "act-1", ANNA.account_id)
    said = rows(replace(filed, filed=replace(filed.registered, confirmation=confirmed)))
    assert said["tracking_number"] == filed.registered.tracking_number
    assert said["registered_at"] == "18.11.2026, 19:00"
    assert said["deadline"].startswith("до ")
    assert said["full_name"] == "Соколова Анна Сергеевна"
    assert "полис" in said["attached"]
    assert said["confirmed"] == "Код из СМС"
    assert "follows" not in said


def test_c13_nothing_of_the_answers_is_on_it() -> None:
    said = "\n".join(rows(a_waiting()).values())
    assert not [value for value in FILLED.values() if value and value in said]


def test_c46_a_repeated_one_names_the_first() -> None:
    again = replace(a_waiting(), follows=Link("app-0", "1111-1111-1111"))
    assert rows(again)["follows"] == "1111-1111-1111"


def test_c13_the_code_leads_to_the_public_check() -> None:
    assert receipt_url("https://x.ru", "4829-1730-5584") == "https://x.ru/receipts/4829-1730-5584"
