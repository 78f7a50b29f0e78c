"""The words that several producers share, and those of the envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """What a thing is called, and one sentence about it."""

    title: str
    sentence: str


SYSTEMS: Mapping[str, Words] = {
    "identity": Words("Учётные записи", "Кто есть кто: регистрация, вход, профиль, сотрудники."),
    "certificates": Words("Справки", "Заявления на справки, их рассмотрение и реестр выданных."),
    "scheduling": Words("Запись на приём", "Клиники, врачи, свободное время, записи и талоны."),
    "notifier": Words("Уведомления", "СМС, письма и push-сообщения гражданам."),
    "documents": Words("Документы", "Загруженные файлы, подписание и хранение документов."),
    "registry": Words("Государственный реестр", "Сверяет паспорт, СНИЛС, ИНН и полис."),
    "treasury": Words("Казначейство", "Сообщает о поступивших платежах."),
    "ehr": Words("Медицинская система клиники", "Ведёт расписание и карты внутри клиники."),
    "post": Words("Почта", "Доставляет бумажные справки заказным письмом."),
}

ATTRIBUTES: Mapping[str, str] = {
    "specversion": "Версия CloudEvents.",
    "id": "Номер события; один и тот же при повторной доставке.",
    "source": "Система, которая сообщает о факте.",
    "type": "Тип события вместе с версией.",
    "subject": "О ком или о чём событие; равно aggregateid.",
    "time": "Когда факт произошёл (UTC).",
    "datacontenttype": "Формат поля data.",
    "aggregateid": "Ключ раздела Kafka: события одного ключа идут по порядку.",
    "seq": "Порядковый номер события у этого aggregateid: с единицы, без пропусков.",
    "correlationid": "Номер всего обращения, общий для всех событий одной истории.",
    "causationid": "Номер события или запроса, который стал причиной.",
    "traceparent": "W3C Trace Context.",
    "data": "Содержание события.",
}

FIELDS: Mapping[str, str] = {
    "account_id": "Учётная запись.",
    "application_id": "Заявление.",
    "appointment_id": "Запись на приём.",
    "certificate_id": "Справка.",
    "channel": "Канал связи: СМС, почта или push.",
    "citizen_id": "Учётная запись гражданина.",
    "clinic_id": "Клиника.",
    "clinic_name": "Название клиники.",
    "comment": "Примечание для гражданина.",
    "doctor_id": "Учётная запись врача.",
    "document_id": "Подписанный документ.",
    "full_name": "Фамилия, имя и отчество.",
    "mismatches": "Поля профиля, которые не совпали.",
    "number": "Номер документа, клиники или кабинета.",
    "pii": "Персональные данные. Всё, что указывает на человека, – только здесь.",
    "purpose": "Для чего: код или файл.",
    "reason": "Причина словами.",
    "reason_code": "Причина кодом: постоянная строка для программ.",
    "revision": "Номер отправки профиля; ответ реестра относится именно к ней.",
    "sha256": "SHA-256 содержимого, шестнадцатеричная запись.",
}
