"""What the features above do with codes."""
