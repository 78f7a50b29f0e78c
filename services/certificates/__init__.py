"""Medical certificates: catalogue, applications, review, the registry of what was issued.

Owns applications and certificates. Publishes `certificates.events`: submitted, review started,
documents requested and supplied, approved, issued, refused, withdrawn. Hears confirmed people and
staff (identity), accepted files and sealed documents (documents), payments (treasury) and letters
(post). Seals nothing and stores no file: the documents service does.
"""
