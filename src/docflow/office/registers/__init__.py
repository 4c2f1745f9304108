"""The registers as the decree prescribes them."""
