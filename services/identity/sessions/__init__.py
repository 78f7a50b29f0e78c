"""Login: password, then a code, then tokens (I3, I5); refresh and logout (I18)."""
