"""What documents tells of, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.tools.glossary.common import Words

EVENTS: Mapping[str, Words] = {
    "FileAccepted": Words(
        "Файл принят",
        "Загруженный файл прошёл все проверки и сохранён; sha256 фиксирует его содержимое.",
    ),
    "DocumentSealed": Words(
        "Документ подписан",
        "PDF/A с обеими подписями и метками времени сохранён.",
    ),
    "SealingFailed": Words(
        "Документ не подписан",
        "Подписать документ в таком виде нельзя, и повтор не поможет.",
    ),
}

FIELDS: Mapping[str, str] = {
    "certificate_serial": "Серийный номер сертификата подписи.",
    "dpi": "Разрешение скана; нет, если файл его не сообщает.",
    "field": "Имя поля подписи в PDF.",
    "file_id": "Загруженный файл.",
    "kind": "Что за документ: справка или талон.",
    "media_type": "Вид файла по содержимому (MIME).",
    "owner_id": "Учётная запись владельца.",
    "pages": "Число страниц.",
    "reference_id": "Заявление или запись, для которых сделан документ.",
    "sealed_at": "Когда документ подписан.",
    "sent_size": "Размер присланного файла в байтах.",
    "signatures": "Подписи документа в порядке подписания.",
    "signed_at": "Время подписи по метке времени.",
    "signer": "Кто подписал: должность или организация.",
    "size": "Размер в байтах.",
}
