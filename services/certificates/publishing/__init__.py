"""Types of certificates, written, checked and published by an administrator of the platform."""
