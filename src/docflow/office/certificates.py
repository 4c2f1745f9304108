"""Which certificates signed: kept beside the verdict, so that the log can say which are in use.

Invariants:
    - Only certificates of signatures that passed are kept; one stands once for each document.

What it does not do: it verifies nothing.

Source: Thông tư 01/2019/TT-BNV Điều 3 khoản 5 (metadata hold information on the digital signature).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from docflow.ports import SeenCertificate, SignedThing, SignerCertificate, UnitOfWork


def keep_certificates(
    unit: UnitOfWork, seen: Sequence[SeenCertificate], *, agency: str, thing: SignedThing, subject: str, at: datetime
) -> None:
    """Keep what a verifier said of the signers; the caller leaves the leaf."""
    if not seen:
        return
    kept = unit.list_records(SignerCertificate, thing=thing.value, subject=subject)
    known = {item.sha256 for item in kept}
    new = {one.sha256: one for one in seen if one.sha256 not in known}
    for position, one in enumerate(new.values(), len(kept)):
        unit.add_record(
            SignerCertificate(
                agency=agency,
                thing=thing,
                subject=subject,
                position=position,
                sha256=one.sha256,
                issuer=one.issuer,
                serial=one.serial,
                holder=one.holder,
                seen_at=at,
            )
        )
