"""The doctor's side: claims, findings, what is ordered and attached, decisions (C20, C21)."""
