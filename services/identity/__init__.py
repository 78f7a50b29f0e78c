"""Identity: who someone is – registration, login, one-time codes, profile, staff, tokens.

Owns: accounts, credentials, challenges, refresh tokens, signing keys (database `identity`).
Publishes: AccountRegistered, CodeRequested, ProfileSubmitted, ProfileConfirmed, ProfileRejected,
ContactsChanged, StaffRegistered. Listens to: the state registry (IdentityChecked).
Refuses: to send messages (notifier does), to say whether a phone or e-mail is registered.
Not protected here: signing keys and unsent codes are readable in MongoDB; encryption at rest is the
database's matter.
"""
