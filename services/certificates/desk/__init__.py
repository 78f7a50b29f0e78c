"""The desk: staff find cases within their clinics, and each look is in the applicant's journal."""
