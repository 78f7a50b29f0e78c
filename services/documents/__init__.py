"""documents: every file – uploads and their checks, sealed documents, who read what.

Owns the uploads and the sealed documents (content-addressed, in S3), who else may read them, the
journal of reads, the talons that are mailed, and the keys and certificates of doctors and clinics
with the journal of what was signed. Publishes `documents.file-accepted`,
`documents.document-sealed`, `documents.sealing-failed`, `documents.mailing-requested`,
`documents.signer-changed` and `documents.signer-expiry-warned`; listens to
`certificates.review-started`, `certificates.review-ended`, `certificates.result-attached`,
`certificates.application-approved`, `certificates.preview-ordered`,
`certificates.certificate-revoked`,
`scheduling.appointment-booked`, `scheduling.appointment-confirmed`,
`scheduling.appointment-moved`, `scheduling.appointment-cancelled`,
`scheduling.appointment-files-shared`, `identity.account-registered`,
`identity.profile-confirmed`, `identity.contacts-changed`, `identity.staff-changed`,
`identity.clinic-changed`, `identity.signing-session-ended`, `identity.account-blocked`,
`identity.account-unblocked`, `identity.right-granted` and `identity.right-ended`.
It decides nothing medical, and never gives away a file without writing down to whom.
"""
