"""Accounts: whose they are, their proved contacts, and who may act with one."""
