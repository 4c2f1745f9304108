"""What stands in a PDF: structure, signatures, form, pages, evidence."""
