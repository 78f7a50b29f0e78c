"""Why an application has its deadline class: stable codes, and their sentences (C16, e3)."""

from __future__ import annotations

from collections.abc import Mapping

POOR_SCAN = "poor-scan"
NO_HISTORY = "no-history"
BROKEN_SIGNATURE = "broken-signature"
EXPRESS = "express"
EXPRESS_LOST = "express-lost"

REASONS: Mapping[str, str] = {
    EXPRESS: "Ускоренное рассмотрение: медицинские данные уже загружены, ускорение оплачивается.",
    POOR_SCAN: "Скан плохо читается, поэтому нужна дополнительная проверка.",
    NO_HISTORY: "В медицинской карте нет нужных сведений, поэтому нужна дополнительная проверка.",
    BROKEN_SIGNATURE: "Подпись приложенного документа не подтверждена, поэтому нужна "
    "дополнительная проверка.",
    EXPRESS_LOST: "Ускорить не получилось: в медицинской карте нет сведений. Плата за ускорение "
    "возвращается.",
}
