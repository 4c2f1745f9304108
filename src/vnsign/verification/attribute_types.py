"""Names of attribute types that RFC 4514 leaves to the directory: written by number in a report, by name to a person.

Source: RFC 4514 §2.3, §3; RFC 4519 §2 (descriptors); RFC 2985 §5.2.1 (emailAddress).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID

_NAMED: Mapping[x509.ObjectIdentifier, str] = {
    NameOID.EMAIL_ADDRESS: "emailAddress",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.SURNAME: "SN",
    NameOID.GIVEN_NAME: "GN",
    NameOID.TITLE: "title",
    NameOID.DN_QUALIFIER: "dnQualifier",
    NameOID.PSEUDONYM: "pseudonym",
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
}
#: Other writings of the same: openssl's, RFC 4519's long ones.
_ALSO = {"E": NameOID.EMAIL_ADDRESS, "SURNAME": NameOID.SURNAME, "GIVENNAME": NameOID.GIVEN_NAME}
_BY_NAME = {**{name.upper(): oid for oid, name in _NAMED.items()}, **_ALSO}
_BY_NUMBER = {oid.dotted_string: name for oid, name in _NAMED.items()}
#: A type at the beginning of a name, or after a comma or plus sign that is no part of a value.
_TYPE = re.compile(r"(?:^|(?<!\\)[,+])\s*([A-Za-z0-9.]+)\s*=\s*")


def with_named_types(text: str) -> str:
    """Return a name as RFC 4514 writes it, its well-known types by name instead of by number; other text as it is."""
    return _TYPE.sub(lambda m: m.group().replace(m[1], _BY_NUMBER.get(m[1], m[1]), 1), text)


def parse_name(text: str) -> x509.Name | None:
    """Read a name that a person wrote: types in any case, spaces after commas; None if it is none."""
    plain = _TYPE.sub(lambda m: f"{m.group()[:1] if m.group()[0] in ',+' else ''}{m[1].upper()}=", text)
    try:
        return x509.Name.from_rfc4514_string(plain, attr_name_overrides=_BY_NAME)
    except (ValueError, KeyError):
        return None
