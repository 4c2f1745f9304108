"""Files: the list of a year, what is in each, the archive, the end of retention."""
