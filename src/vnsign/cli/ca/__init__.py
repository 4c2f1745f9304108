"""``vnsign ca``: an agency's own authority for official-use certificates, from founding to the last revocation."""

from vnsign.cli.ca.group import ca

__all__ = ["ca"]
