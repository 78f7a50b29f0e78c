"""What is known of the signatures of an upload: verdicts as data (C41, C55). Pure.

A verdict refuses nothing by itself: it is told to the person at upload, and to the doctor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Signed(StrEnum):
    """What the signatures of a file come to: the worst of them counts."""

    INTACT = "signed-intact"
    UNTRUSTED = "signed-untrusted"
    BROKEN = "signed-broken"
    UNSIGNED = "unsigned"


class Finding(StrEnum):
    """The worst that there is to say of one signature; the first that applies."""

    MALFORMED = "malformed"
    UNKNOWN_ALGORITHM = "algorithm-unknown"
    WEAK = "algorithm-weak"
    NOT_COVERED = "not-covered"
    CONTENT_CHANGED = "content-changed"
    CHANGED_LATER = "changed-later"
    NO_SIGNER = "timestamp-only"
    REVOKED = "certificate-revoked"
    NOT_YET_VALID = "certificate-not-yet-valid"
    EXPIRED = "certificate-expired"
    WRONG_USAGE = "certificate-wrong-usage"
    UNKNOWN_AUTHORITY = "authority-unknown"
    UNTRUSTED = "certificate-untrusted"
    REVOCATION_UNKNOWN = "intact-revocation-unknown"
    INTACT = "intact"


FINDING_SENTENCES: Mapping[Finding, str] = {
    Finding.MALFORMED: "Подпись не удаётся разобрать: она повреждена или сделана не по стандарту.",
    Finding.UNKNOWN_ALGORITHM: "Алгоритм подписи здесь не поддерживается, поэтому проверить её "
    "нельзя. Проверьте подпись сами, например на портале Госуслуг.",
    Finding.WEAK: "Подпись сделана устаревшим алгоритмом, который больше ничего не доказывает.",
    Finding.NOT_COVERED: "Подпись охватывает не весь документ, который она заверяет.",
    Finding.CONTENT_CHANGED: "Содержимое не совпадает с подписанным: документ изменён.",
    Finding.CHANGED_LATER: "После подписания документ изменён так, как подпись не разрешает.",
    Finding.NO_SIGNER: "В файле есть только штамп времени: кто подписал документ, он не говорит.",
    Finding.REVOKED: "Сертификат подписи был отозван.",
    Finding.NOT_YET_VALID: "Когда документ подписали, сертификат подписи ещё не действовал.",
    Finding.EXPIRED: "Сертификат подписи закончился, и штамп времени не подтверждает, что "
    "документ подписали раньше.",
    Finding.WRONG_USAGE: "Сертификат выдан не для подписания документов.",
    Finding.UNKNOWN_AUTHORITY: "Сертификат выдан удостоверяющим центром, которого нет среди "
    "доверенных.",
    Finding.UNTRUSTED: "Цепочка сертификатов подписи не проходит проверку.",
    Finding.REVOCATION_UNKNOWN: "Подпись верна. Не отозван ли сертификат, по файлу узнать нельзя.",
    Finding.INTACT: "Подпись верна.",
}
_CANNOT_TELL = frozenset({Finding.UNKNOWN_ALGORITHM})
_BROKEN = frozenset(
    {
        *(Finding.MALFORMED, Finding.WEAK, Finding.NOT_COVERED),
        *(Finding.CONTENT_CHANGED, Finding.CHANGED_LATER),
    }
)
_TRUSTED = frozenset({Finding.REVOCATION_UNKNOWN, Finding.INTACT})


@dataclass(frozen=True)
class CheckedSignature:
    """One signature: whose, when, and what was found.

    `signed_at` is proven by an embedded time-stamp where `stamped`; otherwise it is what the signer
    says. `covers_whole` is false where something allowed was added later, such as a second
    signature.
    """

    signer: str
    serial: str
    signed_at: datetime | None
    stamped: bool
    covers_whole: bool
    finding: Finding

    @property
    def intact(self) -> bool | None:
        """Whether what it signed is unchanged; None: nobody here can tell."""
        return None if self.finding in _CANNOT_TELL else self.finding not in _BROKEN

    @property
    def trusted(self) -> bool:
        """Whether its certificate was good for it, under the roots that are trusted here."""
        return self.finding in _TRUSTED

    @property
    def why(self) -> str:
        """The finding in words."""
        return FINDING_SENTENCES[self.finding]


def verdict_of(signatures: Sequence[CheckedSignature]) -> Signed:
    """What the signatures of one file come to."""
    if not signatures:
        return Signed.UNSIGNED
    if any(signature.intact is False for signature in signatures):
        return Signed.BROKEN
    return Signed.INTACT if all(s.trusted for s in signatures) else Signed.UNTRUSTED


class Standing(StrEnum):
    """How a document of ours stands that comes back as an upload."""

    CURRENT = "own-current"
    VOID = "own-void"
    EXPIRED = "own-expired"
    REPLACED = "own-replaced"
    ANOTHERS = "own-anothers"


STANDING_SENTENCES: Mapping[Standing, str] = {
    Standing.CURRENT: "Документ выдан на портале и действует.",
    Standing.VOID: "Документ выдан на портале, но отозван или отменён и больше не действует.",
    Standing.EXPIRED: "Документ выдан на портале, но срок его действия истёк.",
    Standing.REPLACED: "Документ выдан на портале, но заменён новой версией.",
    Standing.ANOTHERS: "Документ выдан на портале другому человеку.",
}


@dataclass(frozen=True)
class OwnDocument:
    """The sealed document that a file is byte for byte, and how it stands (C41)."""

    document_id: str
    number: str
    standing: Standing

    @property
    def current(self) -> bool:
        """Whether it counts."""
        return self.standing is Standing.CURRENT

    @property
    def why(self) -> str:
        """Its standing in words."""
        return STANDING_SENTENCES[self.standing]


@dataclass(frozen=True)
class Known:
    """What this platform knows of content that it sealed: the document, its signatures, whose."""

    document: OwnDocument
    signatures: tuple[CheckedSignature, ...]
    owner_id: str

    def sent_by(self, citizen_id: str) -> OwnDocument:
        """As it stands for a citizen who sends it about themselves: another's counts nothing."""
        if citizen_id == self.owner_id:
            return self.document
        return replace(self.document, standing=Standing.ANOTHERS)
