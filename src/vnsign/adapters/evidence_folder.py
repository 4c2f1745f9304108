"""A folder of revocation lists and status answers → :class:`~vnsign.pki.evidence.RevocationEvidence`: a side store.

Invariants:
    - ``.crl`` files are lists, ``.ocsp``, ``.ocs`` and ``.ors`` files answers, DER or PEM; others are not looked at.
    - A file that should be one of these and is not is an error: evidence must not get lost silently.

What it does not do: judge whether anything is authentic, or whom it is about (verification does).

Source: TT 41/2017/TT-BTTTT Điều 9 (what is stored with a document); RFC 6960 Appendix C.3 (``.ors``).
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from vnsign.adapters.files import read_bytes
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.evidence import RevocationEvidence

_LIST_SUFFIX = ".crl"
_ANSWER_SUFFIXES = frozenset({".ocsp", ".ocs", ".ors"})
_PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----(.+?)-----END [A-Z0-9 ]+-----", re.DOTALL)


def read_evidence_folder(path: Path | str) -> RevocationEvidence:
    """Read every list and answer in a folder; no folder below it.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the folder does not exist or is not one.
        InputError: ``NOT_READABLE``, ``MALFORMED_CRL`` or ``MALFORMED_OCSP``, naming the file.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "the evidence folder does not exist",
            file=str(folder),
            way_out="give a folder with revocation lists (.crl) and status answers (.ocsp)",
        )
    lists: list[x509.CertificateRevocationList] = []
    answers: list[ocsp.OCSPResponse] = []
    for file in sorted(folder.iterdir()):
        suffix = file.suffix.lower()
        if suffix == _LIST_SUFFIX:
            lists.append(_read_list(file))
        elif suffix in _ANSWER_SUFFIXES:
            answers.append(_read_answer(file))
    return RevocationEvidence(crls=tuple(lists), ocsps=tuple(answers))


def _read_list(file: Path) -> x509.CertificateRevocationList:
    try:
        return x509.load_der_x509_crl(_der(file))
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as exc:
        raise InputError(
            ErrorCode.MALFORMED_CRL,
            "is not a certificate revocation list",
            file=str(file),
            way_out="remove the file from the evidence folder, or fetch the list again",
        ) from exc


def _read_answer(file: Path) -> ocsp.OCSPResponse:
    try:
        answer = ocsp.load_der_ocsp_response(_der(file))
        if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            return answer
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise _no_answer(file) from exc
    raise _no_answer(file)


def _no_answer(file: Path) -> InputError:
    return InputError(
        ErrorCode.MALFORMED_OCSP,
        "is not an OCSP answer that tells a status",
        file=str(file),
        way_out="remove the file from the evidence folder, or ask the service again",
    )


def _der(file: Path) -> bytes:
    data = read_bytes(file)
    armoured = _PEM.search(data)
    if armoured is None:
        return data
    try:
        return base64.b64decode(armoured.group(1), validate=False)
    except binascii.Error as exc:
        raise ValueError("is not base64") from exc
