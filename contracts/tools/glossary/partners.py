"""What other systems tell of, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.tools.glossary.common import Words

EVENTS: Mapping[str, Words] = {
    "IdentityChecked": Words(
        "Данные сверены",
        "Государственный реестр сравнил присланный профиль со своими записями.",
    ),
    "RepresentationChecked": Words(
        "Представительство сверено",
        "Реестр актов гражданского состояния сравнил родителя или опекуна и ребёнка с записями.",
    ),
    "OrganisationChecked": Words(
        "Организация сверена",
        "Реестр юридических лиц сравнил организацию и её руководителя с записями.",
    ),
    "PaymentReceived": Words("Платёж получен", "Казначейство получило плату за услугу."),
    "AppointmentAccepted": Words(
        "Запись внесена клиникой",
        "Медицинская система клиники внесла запись и передаёт примечание для пациента.",
    ),
    "LetterAccepted": Words(
        "Письмо принято",
        "Почта приняла бумажную справку; по почтовому номеру её можно отслеживать.",
    ),
}

FIELDS: Mapping[str, str] = {
    "accepted_at": "Когда письмо принято.",
    "amount_kopecks": "Сумма платежа в копейках.",
    "matched": "Совпало ли присланное с записями реестра.",
    "paid_at": "Когда получен платёж.",
    "payment_id": "Номер платежа у казначейства.",
    "postal_number": "Почтовый идентификатор (ШПИ), 14 цифр.",
}
