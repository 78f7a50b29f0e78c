"""What documents found of an upload's signatures, for whoever decides about it (C41, C55)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

INTACT, UNTRUSTED, BROKEN = "signed-intact", "signed-untrusted", "signed-broken"


@dataclass(frozen=True)
class FileSignature:
    """One signature; `code` and `reason` say the worst of it. `intact` None: nobody can tell."""

    signer: str
    certificate_serial: str
    signed_at: datetime | None
    intact: bool | None
    trusted: bool
    covers_whole: bool
    code: str
    reason: str


@dataclass(frozen=True)
class OwnDocument:
    """The document of this platform that the file is byte for byte, as it stood at upload."""

    number: str
    current: bool
    reason: str | None = None


@dataclass(frozen=True)
class Proof:
    """What its signatures make of a file; `signed` None: nobody has looked at them."""

    signed: str | None = None
    signatures: tuple[FileSignature, ...] = ()
    own_document: OwnDocument | None = None

    @property
    def electronic(self) -> bool:
        """Whether it is a document by its signatures, so that it need not be a scan (n3)."""
        return self.signed == INTACT

    @property
    def doubtful(self) -> bool:
        """Whether somebody has to look into a signature, which takes longer (e3)."""
        return self.signed in (UNTRUSTED, BROKEN)

    def objection(self) -> tuple[str, str] | None:
        """Why it will not do where a signed document is asked for: a code, and a sentence."""
        if self.own_document is not None and not self.own_document.current:
            return "file-void", self.own_document.reason or "Документ больше не действует."
        if self.doubtful:
            first = next(s for s in self.signatures if not s.trusted)
            return "file-signature", f"Подпись «{first.signer}»: {first.reason}"
        if not self.electronic:
            return "file-unsigned", _UNSIGNED
        return None


_UNSIGNED = (
    "Нужен файл с электронной подписью. Загрузите его таким, каким его выдала медицинская "
    "организация, или выписку с портала."
)

UNKNOWN = Proof()
"""Of files that were accepted before signatures were checked."""
