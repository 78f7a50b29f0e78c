"""What hospitals and registers know of an applicant: asked, matched, kept until it is decided."""
