"""The public check of receipts: for machines, and as a page."""
