"""What is shipped for running the product: backup, units, image, chart values."""
