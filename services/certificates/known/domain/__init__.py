"""What is known of others, as rules need it: people, staff, clinics."""
