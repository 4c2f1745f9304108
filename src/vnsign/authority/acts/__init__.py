"""What is done to requests and certificates: asked for, approved, issued, renewed, changed, revoked; each one entry."""
