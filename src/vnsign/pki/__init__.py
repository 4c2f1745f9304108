"""Keys, names, certificates, revocation lists, timestamp tokens and CMS as pure functions over bytes."""
