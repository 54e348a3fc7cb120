"""What a release consists of, and what changed between two of them."""
