"""The desk: staff find visits within their clinics, and each look is in the patient's journal."""
