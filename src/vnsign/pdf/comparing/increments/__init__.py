"""Increments of files of the plainest kind, judged by what each of them wrote."""
