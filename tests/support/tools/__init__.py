"""What tests look and measure with: real receivers, loads, readers of what was written."""
