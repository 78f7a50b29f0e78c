"""Identity: who someone is – registration, login, one-time codes, profile, clinics, staff, tokens.

Owns: accounts, credentials, clinics, challenges, refresh tokens, keys that sign tokens, signing
sessions (database `identity`).
Publishes: AccountRegistered, ProfileConfirmedV2, ProfileRejected, ContactsChanged,
TemporaryPolicyActivated, StaffChanged, StaffInvited, ClinicChanged, ClinicAttached, AccountBlocked,
AccountUnblocked, SigningSessionEnded, RightGranted, RightEnded, RightRefused, RightOffered,
OrganisationConfirmed, OrganisationRejected; for one reader each CodeRequestedV2,
ProfileSubmittedV2, PapersConfirmed, PatientConfirmed, RepresentationSubmitted,
OrganisationSubmitted. Listens to: the state registry (IdentityChecked, RepresentationChecked,
OrganisationChecked).
Refuses: to send messages (notifier does), to say whether a phone or e-mail is registered.
Not protected here: signing keys of tokens are readable in MongoDB; encryption at rest is the
database's matter.
"""
