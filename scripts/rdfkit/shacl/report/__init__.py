"""What a validation found, and how it is written."""
