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
    "PaymentRefunded": Words("Платёж возвращён", "Казначейство вернуло деньги, как ему поручили."),
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
    "acquirer_payment_id": "Платёж эквайера, если деньги пришли через него: те же деньги.",
    "matched": "Совпало ли присланное с записями реестра.",
    "postal_number": "Почтовый идентификатор (ШПИ), 14 цифр.",
}
