"""What messages say: templates by event and version, rendered for each channel."""
