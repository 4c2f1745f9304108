"""Names that are the same in other letters, and names that only look it."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsign.pki import name_matching
from vnsign.pki.name_matching import full_names, is_same_name, name_key, share_a_name

CN, O = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME  # noqa: E741 — as everybody calls it
Part = tuple[x509.ObjectIdentifier, str]


def name(*parts: Part) -> x509.Name:
    """Return a name of single-valued parts."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


SAME = {
    "case": (name((CN, "Ban Co yeu")), name((CN, "BAN CO YEU"))),
    "spaces": (name((CN, "Ban Co yeu")), name((CN, "  Ban  Co yeu "))),
    "case, in Vietnamese": (name((CN, "Ban Cơ yếu")), name((CN, "BAN CƠ YẾU"))),
    "composed or not": (name((CN, "Cơ yếu")), name((CN, unicodedata.normalize("NFD", "Cơ yếu")))),
    "kind of string": (
        name((CN, "Ban")),
        x509.Name([x509.NameAttribute(CN, "Ban", _type=_ASN1Type.PrintableString)]),
    ),
}
DIFFERENT = {
    "diacritics": (name((CN, "Ban Cơ yếu")), name((CN, "Ban Co yeu"))),
    "order": (name((CN, "a"), (O, "b")), name((O, "b"), (CN, "a"))),
    "kind of part": (name((CN, "a")), name((O, "a"))),
    "one part more": (name((CN, "a")), name((CN, "a"), (CN, "a"))),
    "spaces taken away": (name((CN, "a b")), name((CN, "ab"))),
    "a value that looks like two parts": (
        name((CN, "a'), ('2.5.4.10', 'b")),
        x509.Name([x509.RelativeDistinguishedName([x509.NameAttribute(CN, "a"), x509.NameAttribute(O, "b")])]),
    ),
}


@pytest.mark.parametrize("kind", SAME)
def test_other_letters_are_the_same_name(kind: str) -> None:
    """RFC 5280 §7.1: case, spaces, composition and the kind of string do not distinguish."""
    one, other = SAME[kind]

    assert is_same_name(one, other)
    assert name_key(one) == name_key(other)
    assert share_a_name([x509.DirectoryName(one)], [x509.DirectoryName(other)])


@pytest.mark.parametrize("kind", DIFFERENT)
def test_other_names_stay_other_names(kind: str) -> None:
    """Whatever they look like."""
    one, other = DIFFERENT[kind]

    assert not is_same_name(one, other)
    assert name_key(one) != name_key(other)
    assert not share_a_name([x509.DirectoryName(one)], [x509.DirectoryName(other)])


def test_other_general_names_are_compared_as_they_stand() -> None:
    """An address is no name; a URI is not an e-mail."""
    uri, other = x509.UniformResourceIdentifier("http://a/1.crl"), x509.UniformResourceIdentifier("http://a/2.crl")

    assert share_a_name([other, uri], [uri])
    assert not share_a_name([uri], [other, x509.RFC822Name("http://a/1.crl")])
    assert not share_a_name([], [])


def test_a_relative_name_stands_under_the_issuer() -> None:
    """RFC 5280 §4.2.1.13: appended as the last part."""
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(CN, "lists")])

    assert full_names(None, relative, under=name((O, "ca"))) == (x509.DirectoryName(name((O, "ca"), (CN, "lists"))),)
    assert full_names(None, None, under=name((O, "ca"))) == ()


LETTERS = st.text(
    st.sampled_from("aAzZ09 .-'ĐđƯướÁáẫỸộỚ\u00a0\u00ad\u0301\u200b\u2003ﬁＡßİıΣς\u0660אب\ue000\U0001d400\ufffd"),
    max_size=12,
)
PARTS = st.sampled_from([CN, O, NameOID.USER_ID, NameOID.SERIAL_NUMBER, NameOID.DN_QUALIFIER, NameOID.STREET_ADDRESS])
KINDS = st.sampled_from([_ASN1Type.UTF8String, _ASN1Type.BMPString])


def _key_or_error(key_of: Callable[[x509.Name], str], one: x509.Name) -> str:
    try:
        return key_of(one)
    except ValueError as exc:
        return type(exc).__name__


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(st.tuples(PARTS, LETTERS, KINDS), min_size=1, max_size=2), min_size=1, max_size=4))
def test_the_short_way_to_a_key_gives_the_key_of_the_long_one(
    spelled: list[list[tuple[x509.ObjectIdentifier, str, _ASN1Type]]],
) -> None:
    """Letters of many scripts, spaces of many kinds, what must not stand in a name; several parts in one."""
    rdns = []
    for part in spelled:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                made = {x509.NameAttribute(oid, text, _type=kind, _validate=False) for oid, text, kind in part}
                rdns.append(x509.RelativeDistinguishedName(made))
            except ValueError:
                continue
    one = x509.Name(rdns)
    short = _key_or_error(name_matching._usual_key, one)

    assert short in {"", _key_or_error(name_matching._any_key, one)}


def test_names_in_use_take_the_short_way() -> None:
    """A Vietnamese agency's and person's; parts that not all read alike take the long one."""
    usual = name((NameOID.COUNTRY_NAME, "VN"), (O, "Ủy ban nhân dân"), (CN, "Nguyễn Văn An"))
    one_of_two = x509.Name([x509.RelativeDistinguishedName([x509.NameAttribute(CN, "ă"), x509.NameAttribute(O, "â")])])

    assert name_key(usual) == name_matching._any_key(usual) == name_matching._usual_key(usual)
    assert name_matching._usual_key(one_of_two) == ""
    assert name_matching._usual_key(name((NameOID.EMAIL_ADDRESS, "ă@example.vn"))) == ""
