"""Which certificates signed: kept beside the verdict, so that the log can say which are in use.

Invariants:
    - Only certificates of signatures that passed are kept; one stands once for each document.

What it does not do: it verifies nothing.

Source: Thông tư 01/2019/TT-BNV Điều 3 khoản 5 (metadata hold information on the digital signature).
"""

from __future__ import annotations

from datetime import datetime

from docflow.ports import SignatureCheck, SignedThing, SignerCertificate, UnitOfWork


def keep_certificates(
    unit: UnitOfWork, check: SignatureCheck, *, agency: str, thing: SignedThing, subject: str, at: datetime
) -> None:
    """Keep what a verifier said of the signers; the caller leaves the leaf."""
    if not check.certificates:
        return
    kept = unit.list_records(SignerCertificate, thing=thing.value, subject=subject)
    known = {item.sha256 for item in kept}
    new = {seen.sha256: seen for seen in check.certificates if seen.sha256 not in known}
    for position, seen in enumerate(new.values(), len(kept)):
        unit.add_record(
            SignerCertificate(
                agency=agency,
                thing=thing,
                subject=subject,
                position=position,
                sha256=seen.sha256,
                issuer=seen.issuer,
                serial=seen.serial,
                holder=seen.holder,
                seen_at=at,
            )
        )
