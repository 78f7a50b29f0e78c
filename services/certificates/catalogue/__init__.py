"""The catalogue: types of certificates, their forms, working days, consent texts; data files."""
