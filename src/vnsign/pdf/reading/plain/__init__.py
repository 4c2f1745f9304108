"""PDFs of the plainest kind, read in one pass; whatever is not of that kind is read elsewhere."""
