"""Medical certificates: catalogue, applications, review, the registry of what was issued.

Owns applications and certificates. Publishes `certificates.events`: prepared by a legal entity,
submitted, review started and ended, documents requested and supplied, issued, refused, withdrawn,
revoked, deadline missed, escalated, video visit needed; and to documents alone, on
`certificates.orders`, what is to be printed or shown to its doctor. Hears people, staff, clinics
and signing sessions (identity), accepted files and sealed documents (documents), video visits
(scheduling), payments (treasury) and letters (post). Seals nothing and stores no file: the
documents service does.
"""
