"""What identity said: clinics with their rooms, and the doctors who receive in them."""
