"""The notifier: every message to a citizen, by SMS, e-mail and push (REQUIREMENTS N1–N6, N8, N9).

Owns: the copy of everybody's contacts, devices, messages with their journal, templates.
Publishes: `notifier.message-delivered`, `notifier.message-abandoned`.
Listens to: identity (contacts, codes, profile checks, invitations, rights, blockings),
certificates, scheduling (visits, who waits for one), documents (signatures that end, talons that
are mailed).
Promise: one-time codes at most once, everything else at least once with the provider's idempotency
key, and nothing silently lost. It decides nothing about what the messages tell of.

Floors: announcements | delivery | recipients | templates.
"""
