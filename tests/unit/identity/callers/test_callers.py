"""Who is counted: networks, and devices that prove that they logged in before (DECISIONS 12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.callers.domain import Caller, KnownDevice, known_device

_NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
_SECRET = b"a secret for tests only"
_DEVICE = KnownDevice("account-1", "device-1", _NOW + timedelta(days=180), 1)
_TOKEN = _DEVICE.token(_SECRET)
_MAC = _TOKEN.rpartition(".")[2]


def test_a_device_is_known_by_its_token_until_its_time() -> None:
    assert known_device(_SECRET, _TOKEN, _NOW) == _DEVICE
    assert known_device(_SECRET, _TOKEN, _DEVICE.until - timedelta(seconds=1)) == _DEVICE
    assert known_device(_SECRET, _TOKEN, _DEVICE.until) is None


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "....",
        _TOKEN[:-1],
        _TOKEN + "A",
        _TOKEN.replace("account-1", "account-2"),
        _TOKEN.replace("device-1", "device-2"),
        replace(_DEVICE, epoch=2).token(_SECRET)[: -len(_MAC)] + _MAC,
        _TOKEN.replace(str(int(_DEVICE.until.timestamp())), "9999999999"),
        _DEVICE.token(b"another secret"),
    ],
)
def test_a_token_that_is_not_ours_makes_nothing_known(forged: str) -> None:
    assert known_device(_SECRET, forged, _NOW) is None


@given(st.text(max_size=300))
def test_any_text_is_at_most_no_device(text: str) -> None:
    assert known_device(_SECRET, text, _NOW) is None


def test_an_account_id_may_have_dots() -> None:
    device = replace(_DEVICE, account_id="demo.citizen.1")
    assert known_device(_SECRET, device.token(_SECRET), _NOW) == device


def test_a_device_counts_alone_for_its_account_and_as_a_network_for_others() -> None:
    caller = Caller("2001:db8:1:2::/64", "2001:db8:1::/48", _DEVICE)
    own = caller.asker("account-1")
    assert (own.key, own.fleet) == ("device:device-1", "devices:account-1")
    for account_id in ("account-2", None):
        asker = caller.asker(account_id)
        assert asker.fleet is None
        assert asker.key == asker.network == "network:2001:db8:1:2::/64"
        assert asker.site == "site:2001:db8:1::/48"
    elsewhere = replace(caller, network="192.0.2.1", site="192.0.2.1").asker("account-1")
    assert (elsewhere.key, elsewhere.fleet) == (own.key, own.fleet)
    another = replace(caller, device=replace(_DEVICE, id="device-2")).asker("account-1")
    assert (another.key == own.key, another.fleet == own.fleet) == (False, True)


def test_who_is_logged_in_counts_as_the_account_wherever_it_is() -> None:
    callers = [Caller(f"192.0.2.{n}", f"192.0.2.{n}") for n in range(2)]
    assert len({caller.logged_in("account-1") for caller in callers}) == 1
