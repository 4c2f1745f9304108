"""The files that came with a document, judged: which, by whom, and how it is kept.

Invariants:
    - Every look at the files is an act, and each look's verdicts stay beside those of the looks before it.
    - The bytes judged are those of the kept message.

What it does not do: it opens no PDF (:class:`docflow.ports.IncomingVerifier` does) and decides nothing about the
document; the guard of its registration does.

Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2a, Phụ lục VI Phần I mục II.8; Quyết định 28/2018/QĐ-TTg Điều 10 khoản 1;
Thông tư 01/2019/TT-BNV Điều 3 khoản 5, Điều 5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from docflow.edxml import Attachment
from docflow.model import (
    FileVerdict,
    IncomingDocument,
    ReceivedFileCheck,
    ReceivedSignature,
)
from docflow.model.received import SIGNATURE_VERDICTS, find_worst_verdict, show_text
from docflow.office.certificates import keep_certificates
from docflow.ports import FileCheck, SignedThing, UnitOfWork

MAX_KEPT_SIGNATURES = 50
"""More signatures of one file are judged and counted, not kept one by one."""
MAX_SHOWN_CHARS = 200
"""Longer names, of files and in certificates, are cut."""
MAX_ISSUER_CHARS = 500
"""Longer names of issuers are cut."""


class FileFound(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file that came with a document, and what was found in it; ``position`` in the message, from 0."""

    position: int
    name: str
    sha256: str
    check: FileCheck


def describe_files(files: Sequence[Attachment], checks: Sequence[FileCheck]) -> tuple[FileFound, ...]:
    """Return what was found in each of a message's files, all of them and in their order."""
    return tuple(
        FileFound(
            position=position,
            name=show_text(file.name, MAX_SHOWN_CHARS),
            sha256=hashlib.sha256(file.data).hexdigest(),
            check=check,
        )
        for position, (file, check) in enumerate(zip(files, checks, strict=True))
    )


def judge_whole(document: IncomingDocument, files: Sequence[FileFound]) -> IncomingDocument:
    """Return a document with what its files say of it."""
    main = next((found for found in files if found.sha256 == document.pdf), None)
    return msgspec.structs.replace(
        document,
        verdict=document.verdict if main is None else SIGNATURE_VERDICTS[main.check.verdict],
        files_verdict=find_worst_verdict(found.check.verdict for found in files),
    )


def keep_file_checks(unit: UnitOfWork, document: IncomingDocument, files: Sequence[FileFound], *, at: datetime) -> None:
    """Keep what the last act of a document found in its files; the caller leaves the leaf."""
    act = document.act_count - 1
    for found in files:
        unit.add_record(
            ReceivedFileCheck(
                agency=document.agency,
                incoming_id=document.id,
                act=act,
                position=found.position,
                name=found.name,
                sha256=found.sha256,
                verdict=found.check.verdict,
                reasons=" ".join(found.check.reasons),
                signature_count=len(found.check.signatures),
            )
        )
        for signature in _list_signatures(document, found, act=act):
            unit.add_record(signature)
    passed = [found.check for found in files if found.check.verdict is FileVerdict.VALID]
    seen = [one.certificate for check in passed for one in check.signatures if one.certificate is not None]
    keep_certificates(
        unit,
        [replace(one, issuer=show_text(one.issuer, MAX_ISSUER_CHARS)) for one in seen],
        agency=document.agency,
        thing=SignedThing.INCOMING,
        subject=document.id,
        at=at,
    )


def _list_signatures(document: IncomingDocument, found: FileFound, *, act: int) -> tuple[ReceivedSignature, ...]:
    return tuple(
        ReceivedSignature(
            agency=document.agency,
            incoming_id=document.id,
            act=act,
            position=found.position,
            number=number,
            verdict=one.verdict,
            signer=show_text(one.signer, MAX_SHOWN_CHARS),
            organization=show_text(one.organization, MAX_SHOWN_CHARS),
            unit=show_text(one.unit, MAX_SHOWN_CHARS),
            certificate=one.certificate.sha256 if one.certificate else "",
            issuer=show_text(one.certificate.issuer, MAX_ISSUER_CHARS) if one.certificate else "",
            serial=one.certificate.serial if one.certificate else "",
            valid_from=one.certificate.not_before if one.certificate else None,
            valid_until=one.certificate.not_after if one.certificate else None,
            signed_at=one.signed_at,
            reasons=" ".join(one.reasons),
        )
        for number, one in enumerate(found.check.signatures[:MAX_KEPT_SIGNATURES])
    )
