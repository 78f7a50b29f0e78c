"""The programs that run the platform: embedded here, in containers there."""
