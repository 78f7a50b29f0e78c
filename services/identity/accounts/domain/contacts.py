"""Phones, e-mail addresses and login names in the one form they are compared in.

Refuses to know whether a contact is proved; that is the account's matter.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.masks import masked_email, masked_phone
from services.chassis.foundation.text import line, phone

_REGION = "RU"
_LONGEST = 254
_PHONE_LIKE = re.compile(r"[+(]?[0-9 ()/-]{7,40}")
_MAILTO = re.compile(r"^mailto:\s*", re.IGNORECASE)
_MOBILE_NEEDED = (
    "Нужен номер мобильного телефона страны, которую обслуживает система: на городские, "
    "бесплатные, платные и спутниковые номера код не придёт."
)
_MOBILE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


class Channel(StrEnum):
    """Where a one-time code can go."""

    SMS = "sms"
    EMAIL = "email"


@dataclass(frozen=True)
class Contact:
    """One address in its normal form: E.164, or an e-mail in lower case as mail servers read it."""

    channel: Channel
    address: str

    @property
    def masked(self) -> str:
        """What anybody may be shown: «+7 *** ***-**-01», «s***@mail.ru»."""
        if self.channel is Channel.SMS:
            return masked_phone(self.address)
        return masked_email(readable(self.address))


def phone_of(text: str) -> Contact | None:
    """A phone number as people write, paste and link it (8…, +7…, brackets, `tel:`), or None."""
    if len(text) > _LONGEST:
        return None
    text = phone(text)
    if not _PHONE_LIKE.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return Contact(
        Channel.SMS, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    )


def office_phone_of(text: str) -> str | None:
    """The number of an office in E.164, or None. Any number that can be called is one."""
    if len(text) > _LONGEST:
        return None
    try:
        number = phonenumbers.parse(phone(text), _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def can_get_codes(contact: Contact, countries: Collection[str]) -> bool:
    """Whether a code reaches it: any e-mail, and a mobile number of these countries (ISO 3166).

    No landline, no free, premium or satellite number gets an SMS.
    """
    if contact.channel is not Channel.SMS:
        return True
    number = phonenumbers.parse(contact.address)
    if phonenumbers.number_type(number) not in _MOBILE:
        return False
    return phonenumbers.region_code_for_number(number) in countries


def email_of(text: str) -> Contact | None:
    """An e-mail address as typed or linked (syntax only: a code proves the rest), or None.

    The domain may be a Russian one and is kept as it goes over the wire («xn--…»). A name with
    letters that only some servers take would never be reached: it is none.
    """
    if len(text) > _LONGEST:
        return None
    try:
        found = validate_email(
            _MAILTO.sub("", line(text)), check_deliverability=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        return None
    return Contact(Channel.EMAIL, found.ascii_email.lower()) if found.ascii_email else None


def contact_of(text: str) -> Contact | None:
    """The phone or the e-mail that this is, by the same rules wherever one is typed."""
    return email_of(text) if "@" in text else phone_of(text)


def readable(address: str) -> str:
    """An address as its owner writes it: «anna@почта.рф», not «anna@xn--80a1acny.xn--p1ai»."""
    if "xn--" not in address:
        return address
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return address


def login_of(text: str) -> str:
    """What a person typed as login, in the form that accounts are found by."""
    text = text[:_LONGEST]
    found = contact_of(text)
    return found.address if found else line(text).casefold()


def required_contact(channel: str, phone: str | None, email: str | None) -> Contact:
    """The contact of the chosen channel, as it was typed.

    Raises:
        InvalidInputError: it is missing or wrong.
    """
    return required_phone(phone) if channel == Channel.SMS else required_email(email)


def required_phone(typed: str | None) -> Contact:
    """The phone number.

    Raises:
        InvalidInputError: what was typed is missing or is none.
    """
    detail = "Нужен номер телефона, например +7 912 345-67-89."
    return _required(phone_of(typed or ""), typed, FieldError("/phone", "phone-format", detail))


def required_email(typed: str | None) -> Contact:
    """The e-mail address.

    Raises:
        InvalidInputError: what was typed is missing or is none.
    """
    wrong = FieldError("/email", "email-format", "Нужен адрес электронной почты.")
    return _required(email_of(typed or ""), typed, wrong)


def _required(contact: Contact | None, typed: str | None, wrong: FieldError) -> Contact:
    if contact is not None:
        return contact
    if not (typed or "").strip():
        raise InvalidInputError([FieldError(wrong.pointer, "missing", "Обязательное поле.")])
    raise InvalidInputError([wrong])


def require_reachable(contact: Contact, countries: Collection[str]) -> None:
    """Check that a code can reach this contact.

    Raises:
        InvalidInputError: it is a phone that gets no SMS, or one of another country.
    """
    if not can_get_codes(contact, countries):
        raise InvalidInputError([FieldError("/phone", "phone-mobile", _MOBILE_NEEDED)])
