"""What the treasury says: fees that were paid."""
