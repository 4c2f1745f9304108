"""Many applications at once: lists from spreadsheets, words to applications, runs that may be killed."""
