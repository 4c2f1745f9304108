"""Groups of documents and files: who reads them, and whether they are frozen."""
