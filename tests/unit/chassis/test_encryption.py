"""What only one reader may know (E9)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey
from pydantic import SecretStr

from contracts.identity import CodePii
from contracts.orders import CertificatePii, EncryptedForm, PrintedField
from services.chassis.foundation.encryption import (
    AboutAnotherError,
    Encryption,
    UnreadableForUsError,
    _key,
)

CODE = CodePii(phone="+79990000001", code="402917")
ABOUT = ("identity.code-requested.v2", "code-1")
OURS = Encryption("identity.codes", SecretStr("the-secret-of-codes"))


def test_only_who_has_the_secret_of_the_topic_reads_it() -> None:
    token = OURS.encrypt(CODE, about=ABOUT)
    assert OURS.decrypt(token, CodePii, about=ABOUT) == CODE
    assert "402917" not in token
    for other in (
        Encryption("identity.codes", SecretStr("another-secret-here")),
        Encryption("identity.papers", SecretStr("the-secret-of-codes")),
    ):
        with pytest.raises(UnreadableForUsError):
            other.decrypt(token, CodePii, about=ABOUT)


def test_the_longest_form_that_an_event_holds_is_read() -> None:
    """What a contract lets its writer say, its reader can read (C23)."""
    rows = tuple(PrintedField(key=f"row-{n}", label="Осмотр", value="я" * 6_000) for n in range(10))
    whole = CertificatePii(fields=rows)
    form = EncryptedForm(jwe=OURS.encrypt(whole, about=ABOUT))
    assert len(form.jwe) > 2**17
    assert OURS.decrypt(form.jwe, CertificatePii, about=ABOUT) == whole


@pytest.mark.parametrize(
    "other", [(), ("code-1",), (ABOUT[0], "code-2"), (*ABOUT, ""), ("identity.codes", ABOUT[1])]
)
def test_it_says_nothing_about_anything_else(other: tuple[str, ...]) -> None:
    """Whoever copies it into another envelope has nothing."""
    for written, read in ((ABOUT, other), (other, ABOUT)):
        with pytest.raises(AboutAnotherError):
            OURS.decrypt(OURS.encrypt(CODE, about=written), CodePii, about=read)


def test_what_names_nothing_is_about_nothing_of_ours() -> None:
    header = json.loads(urlsafe_b64decode(OURS.encrypt(CODE, about=ABOUT).split(".")[0] + "=="))
    del header["about"]
    key = _key("identity.codes", "the-secret-of-codes")
    bare = jwe.encrypt_compact(header, CODE.model_dump_json(), key)
    with pytest.raises(AboutAnotherError):
        OURS.decrypt(bare, CodePii, about=ABOUT)


def test_a_secret_is_changed_without_a_pause() -> None:
    """The reader knows both, then the writer uses the new one, then the old one is dropped."""
    both = Encryption("identity.codes", SecretStr("the-new-secret-1 the-secret-of-codes"))
    new = Encryption("identity.codes", SecretStr("the-new-secret-1"))
    assert both.decrypt(OURS.encrypt(CODE, about=ABOUT), CodePii, about=ABOUT) == CODE
    assert new.decrypt(both.encrypt(CODE, about=ABOUT), CodePii, about=ABOUT) == CODE


def test_it_is_a_jwe_that_says_how_it_is_read() -> None:
    """Another system needs no code of ours: RFC 7516, `dir`, A256GCM, a key id."""
    header = json.loads(urlsafe_b64decode(OURS.encrypt(CODE, about=ABOUT).split(".")[0] + "=="))
    assert (header["alg"], header["enc"]) == ("dir", "A256GCM")
    assert header["kid"]


@given(st.one_of(st.text(max_size=200), st.integers(0, 200).map(str)))
def test_what_is_not_ours_is_refused_and_nothing_else(noise: str) -> None:
    """Never another exception than the refusal, whatever somebody writes."""
    token = OURS.encrypt(CODE, about=ABOUT)
    cut = token[: int(noise) % len(token)] if noise.isascii() and noise.isdecimal() else noise
    for broken in (cut, token[:-4] + "AAAA", noise + token):
        if broken != token:
            with pytest.raises(UnreadableForUsError):
                OURS.decrypt(broken, CodePii, about=ABOUT)


def test_an_unencrypted_or_foreign_algorithm_is_refused() -> None:
    """`alg` is not the writer's choice."""
    key = OctKey.generate_key(128)
    foreign = jwe.encrypt_compact({"alg": "A128KW", "enc": "A128GCM"}, b"{}", key)
    with pytest.raises(UnreadableForUsError):
        OURS.decrypt(foreign, CodePii, about=ABOUT)
