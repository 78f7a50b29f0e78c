"""Registration by a code to a phone or an e-mail (I1)."""
