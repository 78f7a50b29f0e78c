"""What scheduling tells of, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.tools.glossary.common import Words

EVENTS: Mapping[str, Words] = {
    "AppointmentBooked": Words(
        "Запись создана",
        "Свободное время занято гражданином; регистратура клиники узнаёт об этом отсюда.",
    ),
    "AppointmentCancelled": Words(
        "Запись отменена",
        "Время снова свободно, талон недействителен.",
    ),
    "AppointmentMoved": Words(
        "Запись перенесена",
        "Прежний талон недействителен, у нового свой номер.",
    ),
    "TalonIssued": Words("Талон выдан", "Подписанный талон с QR-кодом можно скачать."),
}

FIELDS: Mapping[str, str] = {
    "cancelled_by": "Кто отменил: гражданин, поддержка или клиника.",
    "clinic_address": "Адрес клиники.",
    "doctor_name": "Фамилия, имя и отчество врача (должностное лицо).",
    "ends_at": "Окончание приёма.",
    "former_talon_number": "Номер прежнего талона, теперь недействительного.",
    "former_visit": "Где и когда приём был до переноса.",
    "moved_by": "Кто перенёс: гражданин, поддержка или клиника.",
    "room": "Кабинет.",
    "slot_id": "Время приёма в расписании.",
    "specialty": "Специальность врача.",
    "starts_at": "Начало приёма.",
    "talon_number": "Номер талона.",
    "timezone": "Часовой пояс клиники (IANA).",
    "visit": "Где и когда приём.",
}
