"""What identity needs of the outside: slow hashing, signing, and the file of demo accounts."""

from __future__ import annotations

from services.identity.demo.gateways import DemoAccount, read_demo_accounts
from services.identity.passwords.gateways import Passwords
from services.identity.tokens.gateways import AccessClaims, Signer, key_set, new_key

__all__ = [
    "AccessClaims",
    "DemoAccount",
    "Passwords",
    "Signer",
    "key_set",
    "new_key",
    "read_demo_accounts",
]
