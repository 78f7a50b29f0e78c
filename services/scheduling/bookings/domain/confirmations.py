"""What a citizen confirms when booking, and whether what came confirms that (A30, e21).

Confirmed is one wish to the letter: its canonical JSON (keys sorted, no spaces, UTF-8). An act is
for the digest of that, a signature of one's own is over the bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduling.bookings.domain.details import Confirmed, Wish
from services.scheduling.bookings.errors import ConfirmationNeededError
from services.scheduling.reception.domain import Assent
from services.sealing.own import SIGNATURE


@dataclass(frozen=True)
class Form:
    """A wish as it is confirmed."""

    content: str

    @property
    def digest(self) -> str:
        """SHA-256, as 64 hexadecimal digits: what an act of signing has to be for."""
        return hashlib.sha256(self.content.encode()).hexdigest()


def form_of(wish: Wish) -> Form:
    """Who comes to which slot, what they say of the visit, and who pays what for it."""
    details = wish.details
    said = {
        "citizen_id": wish.citizen_id,
        "slot_id": wish.slot_id,
        "reason": details.reason,
        "symptoms": details.symptoms,
        "medicines": list(details.medicines),
        "file_ids": list(details.file_ids),
        "referral_id": details.referral_id,
        "insurance": wish.insurance,
        "agreed_price_kopecks": wish.agreed_price_kopecks,
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Form(canonical)


def confirmed(wish: Wish, assent: Assent, *, snils: str | None, now: datetime) -> Wish:
    """The wish with its confirmation, where one is needed or came.

    It is that of whoever books: the citizen, or who represents them; `snils` is theirs.

    Raises:
        ConfirmationNeededError: nothing came, or a code where a signature is asked for; says what
            is to be confirmed.
        SigningActRefusedError: the act is another's, for another wish, or too old.
        OwnSignatureRefusedError: the signature is another's, or over another wish.
    """
    proof = wish.proof
    if proof is None and assent is Assent.BOOKING:
        return wish
    form = form_of(wish)
    if proof is None or (assent is Assent.SIGNATURE and proof.method != SIGNATURE):
        raise ConfirmationNeededError(assent.value, form.content, form.digest)
    proof.check(form.digest, hands=wish.hands, snils=snils, at=now)
    return replace(wish, confirmed=Confirmed(now, proof.method, proof.number))
