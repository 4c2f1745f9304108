"""What is asked of a store without changing it, each answer from one snapshot."""
