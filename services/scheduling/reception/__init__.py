"""Reception: what a clinic asks of those who book a visit there, and what it tells them first."""
