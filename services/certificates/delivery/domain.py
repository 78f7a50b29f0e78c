"""What the post says, held against what it is about (C42).

A letter that does not fit changes nothing: it is refused, and so kept for a person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.catalogue.domain.parts import Delivery
from services.certificates.delivery.errors import LetterUnexpectedError

_POSTAL_LENGTH = 14
_NOT_ISSUED = "справка по этому заявлению не выдана"
_FOREIGN = "справка относится к другому заявлению"
_NO_LETTER = "отправка по почте не ожидается"
_NO_NUMBER = "это не почтовый идентификатор"


def mailed(
    application: Application, certificate_id: str, postal_number: str, *, now: datetime
) -> Application:
    """The application whose paper copy is on its way (C42); told again it changes nothing.

    Raises:
        LetterUnexpectedError: not this application's certificate, no paper copy was asked for, it
            has another number already, or that is none.
    """
    if application.postal_number == postal_number:
        return application
    made = application.certificate
    if application.state is not State.ISSUED or made is None:
        raise LetterUnexpectedError(_NOT_ISSUED)
    if made.certificate_id != certificate_id:
        raise LetterUnexpectedError(_FOREIGN)
    if application.delivery is not Delivery.POST or application.postal_number is not None:
        raise LetterUnexpectedError(_NO_LETTER)
    digits = postal_number.isascii() and postal_number.isdecimal()
    if not digits or len(postal_number) != _POSTAL_LENGTH:
        raise LetterUnexpectedError(_NO_NUMBER)
    noted = application.noted(
        Move.MAIL,
        actor=Actor.SYSTEM,
        actor_id=None,
        now=now,
        reason=f"Почтовый номер {postal_number}",
    )
    return replace(noted, postal_number=postal_number)
