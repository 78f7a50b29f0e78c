"""Signing keys of access tokens: one signs, older ones stay published until nothing needs them.

Refuses to know the algorithm; `private` is an opaque JWK.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class SigningKey:
    """A private JWK by its id."""

    kid: str
    private: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class KeyRules:
    """How long a key signs, and how long it is published after its successor came.

    That is longer than anything that it signed may wait to be looked at: an order to seal, with its
    signer's act, lies in its topic for seven days.
    """

    signs_for: timedelta = timedelta(days=30)
    overlap: timedelta = timedelta(days=8)


def by_age(keys: Sequence[SigningKey]) -> list[SigningKey]:
    """Oldest first; replicas that made one in the same moment agree on the order."""
    return sorted(keys, key=lambda k: (k.created_at, k.kid))


def signer(keys: Sequence[SigningKey]) -> SigningKey:
    """The key that signs: the newest."""
    return by_age(keys)[-1]


def next_rotation(keys: Sequence[SigningKey], rules: KeyRules) -> datetime:
    """When the next key is due."""
    return signer(keys).created_at + rules.signs_for


def retired(keys: Sequence[SigningKey], now: datetime, rules: KeyRules) -> list[SigningKey]:
    """Keys whose successor has signed for longer than any of their tokens lives."""
    ordered = by_age(keys)
    return [
        key for key, successor in pairwise(ordered) if successor.created_at + rules.overlap <= now
    ]
