"""Medical certificates: catalogue, applications, bills, review, the registry of what was issued.

Owns types, applications, bills and certificates. Publishes `certificates.events`: prepared by a
legal entity, submitted, review started and ended, result attached, documents requested and
supplied, issued, refused, withdrawn, revoked, deadline missed, escalated, video visit needed; bills
issued, paid, expired, cancelled, refunds ordered and made, exemptions rejected. To one reader each:
what is to be printed or shown to its doctor (`certificates.orders`, documents), and questions for a
record (`certificates.record-requests`, hospitals) and for vaccinations
(`certificates.vaccination-requests`, their register), which answer.
Hears people, their papers, rights, staff, clinics, blockings and signing sessions (identity),
accepted files, signers and sealed documents (documents), video visits (scheduling), payments and
refunds (treasury) and letters (post). Seals nothing and stores no file: documents does.
"""
