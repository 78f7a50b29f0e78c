"""Acts of identity and signatures of one's own, read before they are held against a wish (A30)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.http.acts import Act, Acts
from services.scheduling.bookings.domain.confirmations import form_of
from services.scheduling.bookings.domain.details import Wish
from services.sealing.own import SIGNATURE, Evidence, Signatures, Signed


@dataclass(frozen=True)
class ByAct:
    """A second factor, given to identity for this very content."""

    act: Act

    @property
    def method(self) -> str:
        """By which factor."""
        return self.act.method.value

    @property
    def number(self) -> str:
        """Of the act."""
        return self.act.id

    def check(self, digest: str, *, hands: str, snils: str | None, at: datetime) -> None:  # noqa: ARG002 # an act names an account
        """Refuse an act of another account, for something else, or too old."""
        self.act.require_for(subject=hands, digest=digest, at=at)


@dataclass(frozen=True)
class BySignature:
    """A signature by a certificate of one's own."""

    signed: Signed

    @property
    def method(self) -> str:
        """By which factor."""
        return SIGNATURE

    @property
    def number(self) -> str:
        """Of the certificate."""
        return self.signed.signatory.serial

    def check(self, digest: str, *, hands: str, snils: str | None, at: datetime) -> None:  # noqa: ARG002 # a certificate names a СНИЛС
        """Refuse a signature over something else, or another person's."""
        self.signed.check(digest, snils)


@dataclass(frozen=True)
class Proofs:
    """What came with a request; whether it confirms the wish is said where the slot is taken."""

    acts: Acts
    signatures: Signatures
    now: Callable[[], datetime]

    async def of(self, wish: Wish, evidence: Evidence) -> Wish:
        """The wish with what came for it.

        Raises:
            SigningActRefusedError: the act is none of identity's.
            OwnSignatureRefusedError: the signature does not hold; says why.
        """
        if evidence.act is not None:
            return replace(wish, proof=ByAct(await self.acts.read(evidence.act)))
        if evidence.signature is None:
            return wish
        form = form_of(wish)
        signatory = await self.signatures.signatory(
            evidence.signature, form.content.encode(), self.now()
        )
        return replace(wish, proof=BySignature(Signed(signatory, form.digest)))
