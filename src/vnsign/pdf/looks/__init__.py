"""What a signature or a filled field shows: images, lines of text, fonts."""
