"""What a citizen does with applications: with a draft, and with what is there."""
