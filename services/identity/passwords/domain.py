"""What a password must be. Refuses to demand symbols or changes: length and rarity count.

Follows NIST SP 800-63B: at least ten characters, nothing that everybody tries first.
"""

from __future__ import annotations

import unicodedata

from services.chassis.foundation.errors import FieldError, InvalidInputError

SHORTEST, LONGEST = 10, 128
_FEW = 4  # different characters

# Passwords of ten characters and more that lists of stolen ones begin with.
_LIST = """
    1234567890 12345678910 123456789012 1234567891 0123456789 0987654321 9876543210 1q2w3e4r5t
    1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwerty12345 qwerty123456 qwerty1234 qwertyuiop123
    asdfghjkl1 asdfghjkl; zaq12wsxcde3 zxcvbnm123 password12 password123 password1234 password12345
    passw0rd123 p@ssword123 administrator admin12345 admin123456 iloveyou12 iloveyou123
    letmein1234 welcome123 welcome1234 qazwsxedcrfv 1111111111 0000000000 1122334455 abcdefghij
    abcd123456 abc1234567 a123456789 q123456789 football123 superman123 changeme123 moscow2024
    moscow2025 moscow2026 йцукенгшщз йцукенгшщзхъ йцукен12345 йцукен123456 пароль1234 пароль12345
    пароль123456 фывапролджэ любовь12345 привет12345 москва2024 москва2025 москва2026
    здоровье2026 здоровье123 zdorovie123 zdorovie2026 gfhjkm12345 ghbdtn12345
"""
_COMMON = frozenset(_LIST.split())


def normalised(password: str) -> str:
    """The same password from any keyboard (NFKC); what is hashed and compared."""
    return unicodedata.normalize("NFKC", password)


def password_errors(password: str, *, pointer: str = "/password") -> list[FieldError]:
    """Everything wrong with a new password."""
    text = normalised(password)
    if len(text) < SHORTEST:
        detail = f"Пароль слишком короткий: нужно не меньше {SHORTEST} символов."
        return [FieldError(pointer, "password-too-short", detail)]
    if len(text) > LONGEST:
        detail = f"Пароль слишком длинный: не больше {LONGEST} символов."
        return [FieldError(pointer, "password-too-long", detail)]
    if text.casefold() in _COMMON or len(set(text.casefold())) <= _FEW:
        detail = "Такой пароль легко угадать. Придумайте другой, например из нескольких слов."
        return [FieldError(pointer, "password-too-common", detail)]
    return []


def require_good_password(password: str, *, pointer: str = "/password") -> None:
    """Check a new password.

    Raises:
        InvalidInputError: too short, too long, too common.
    """
    errors = password_errors(password, pointer=pointer)
    if errors:
        raise InvalidInputError(errors)
