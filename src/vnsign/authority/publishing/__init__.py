"""What an authority answers to everybody: revocation lists, OCSP, timestamps."""
