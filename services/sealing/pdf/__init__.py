"""PDF/A-3u files with room for PAdES signatures: a fast fixed page and a general engine."""
