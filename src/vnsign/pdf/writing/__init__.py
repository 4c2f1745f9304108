"""What is appended to a PDF: fields, signatures, timestamps, evidence, values."""
