"""documents: every file – uploads and their checks, sealed documents, who read what.

Owns the uploads and the sealed documents (content-addressed, in S3), the grants of doctors and the
journal of reads. Publishes `documents.file-accepted`, `documents.document-sealed` and
`documents.sealing-failed`; listens to `certificates.review-started`, `certificates.review-ended`,
`certificates.application-approved`, `certificates.certificate-revoked`,
`scheduling.appointment-booked`, `scheduling.appointment-cancelled`, `identity.account-blocked` and
`identity.account-unblocked`.
It decides nothing medical, and never gives away a file without writing down to whom.
"""
