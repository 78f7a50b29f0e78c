"""The world around the platform, played: partners, post boxes, certification, a demo."""
