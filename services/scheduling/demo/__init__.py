"""The demo's clinics, doctors and hours, put there where nobody else told of them yet."""
