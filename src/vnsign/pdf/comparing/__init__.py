"""What was appended after a signature, and whether two readers can see it differently."""
