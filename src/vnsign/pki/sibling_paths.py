"""Paths of certificates whose sibling was judged before: same authority, same form, another subject.

An authority issues certificates in series. A path through it was validated by the general procedure once; for the next
certificate of the series only what differs is looked at: signature, validity, subject, number.

Invariants:
    - Only a path that was found valid serves a sibling; whatever looks odd goes the general way.
    - The sibling's path was found under the same anchors, certificates at hand and policy, for a span of time that
      holds the moment asked about.
    - Nothing above constrains names, and the subject is that of nobody above: so subject and alternative names decide
      nothing (RFC 5280 §6.1.3 (b), (c)).
    - The signature is verified with the key of the authority next in the path.

What it does not do: find a path where there was none before.

Source: RFC 5280 §6.1.3, §6.1.5.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509

from vnsign.pki.certificate_forms import form_of
from vnsign.pki.memory import Lasting, PkiMemory
from vnsign.pki.name_matching import is_usual_part, subject_key

_MAX_REMEMBERED = 512
_MAX_SPANS = 8
_Path = tuple[x509.Certificate, ...]


def sibling_question(
    certificate: x509.Certificate | None, *, above: Sequence[x509.Certificate], asked: tuple[Hashable, ...]
) -> Hashable | None:
    """Return what the path of a certificate's siblings hangs on besides the moment; None if it must be judged alone.

    Args:
        certificate: End entity.
        above: Every certificate that may stand above it, anchors among them.
        asked: What else the path hangs on.
    """
    if certificate is None or any(map(_constrains_names, above)):
        return None
    form = form_of(certificate)
    return None if form is None or not _has_own_subject(certificate, above) else (form, *asked)


def find_sibling_path(
    memory: PkiMemory, question: Hashable, certificate: x509.Certificate, *, at: datetime
) -> _Path | None:
    """Return the path of a sibling with ``certificate`` in its place; None if there is none for it.

    Does not check: the validity of ``certificate``.
    """
    for span in memory.siblings.get(question, ()):
        above: _Path = span.value
        if (
            span.since <= at <= span.until
            and all(certificate.serial_number != each.serial_number for each in above)
            and memory.is_certificate_by(certificate, above[0])
        ):
            return (certificate, *above)
    return None


def keep_for_siblings(memory: PkiMemory, question: Hashable, path: _Path, *, span: tuple[datetime, datetime]) -> None:
    """Keep a valid path (any other is empty) for certificates of the same form."""
    if len(path) > 1:
        known = memory.siblings.get(question, ())
        kept = Lasting(since=span[0], until=span[1], value=path[1:])
        memory.siblings.put(question, (*known[-_MAX_SPANS + 1 :], kept))


@lru_cache(maxsize=_MAX_REMEMBERED)
def _constrains_names(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate constrains names, or cannot be read to the end."""
    try:
        return any(each.oid == x509.NameConstraints.oid for each in certificate.extensions)
    except ValueError:
        return True


def _has_own_subject(certificate: x509.Certificate, above: Sequence[x509.Certificate]) -> bool:
    """Tell whether the subject can be read by everybody and is nobody's above."""
    try:
        subject = certificate.subject
        if not subject.rdns or not all(map(is_usual_part, subject)):
            return False
        certificate.extensions  # noqa: B018 — one that cannot be read is judged alone
        key = subject_key(certificate)
        return all(key != subject_key(each) for each in above)
    except ValueError:
        return False
