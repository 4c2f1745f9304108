"""The authority's own keys: where they are kept, which certificate has which, and how they are opened."""
