"""Where something is or belongs on a page: text found, blanks, pictures of pages."""
