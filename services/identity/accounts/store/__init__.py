"""Accounts as they are stored and, apart from them, their credentials."""

from __future__ import annotations

from services.identity.accounts.store.accounts import Accounts
from services.identity.accounts.store.credentials import Credentials
from services.identity.accounts.store.documents import INDEXES, staff_query

__all__ = ["INDEXES", "Accounts", "Credentials", "staff_query"]
