"""On which occasions staff are shown an account."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

ACCOUNT = "account"
"""What is shown, in the journal of looks."""


class Shown(StrEnum):
    """What is seen of it."""

    FOUND = "found"
    STANDING = "standing"
    LISTED = "listed"
    CLAIM = "claim"
    CHANGED = "changed"
    PROFILE = "profile"
    CORRECTED = "corrected"
    INSURED = "insured"


SHOWN_LABELS: Mapping[str, str] = {
    Shown.FOUND: "Сотрудник нашёл вас по точным данным",
    Shown.STANDING: "Открыто состояние учётной записи",
    Shown.CHANGED: "Изменено администратором",
    Shown.PROFILE: "Открыты данные профиля, чтобы сверить их с документами",
    Shown.CORRECTED: "Данные профиля исправлены в регистратуре",
    Shown.INSURED: "Выдан временный страховой номер",
    Shown.LISTED: "Показано в списке сотрудников",
    Shown.CLAIM: "Открыты сведения о ребёнке, чтобы сверить их с документами",
}
