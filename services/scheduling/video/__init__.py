"""Video visits: ordered for applications and arranged by themselves, and the room of each (C19)."""
