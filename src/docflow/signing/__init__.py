"""vnsign behind docflow's ports; only this room and the demo import it."""

from __future__ import annotations

from docflow.signing.checks import (
    PeerChecker,
    ReceiptSigner,
    SignatureChecker,
    certificate_sha256,
    check_statement,
)
from docflow.signing.post import (
    PostPlan,
    load_post,
    load_verifier,
)
from docflow.signing.received import check_files
from docflow.signing.recipe import (
    AGENCY_TEXT_FIELD,
    DATE_FIELD,
    LEADER_FIELD,
    NUMBER_FIELD,
    SEAL_FIELD,
    bundled_fonts,
    prepare_for_signing,
    seal,
    seal_attachment,
    seal_copy,
    sign_as_leader,
    write_number,
)

__all__ = [
    "AGENCY_TEXT_FIELD",
    "DATE_FIELD",
    "LEADER_FIELD",
    "NUMBER_FIELD",
    "SEAL_FIELD",
    "PeerChecker",
    "PostPlan",
    "ReceiptSigner",
    "SignatureChecker",
    "bundled_fonts",
    "certificate_sha256",
    "check_files",
    "check_statement",
    "load_post",
    "load_verifier",
    "prepare_for_signing",
    "seal",
    "seal_attachment",
    "seal_copy",
    "sign_as_leader",
    "write_number",
]
