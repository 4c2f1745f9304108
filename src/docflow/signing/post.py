"""What an agency needs to deal with others, loaded from files: service key, trust, peers.

Invariants:
    - A passphrase stands in a file of its own, never among the other settings.

What it does not do: it fetches nothing and opens no office.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import vnsign
from docflow.errors import ErrorCode, UsageError
from docflow.model import parse_agency_code
from docflow.office import Post
from docflow.signing.checks import PeerChecker, ReceiptSigner, SignatureChecker


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPlan:
    """The settings of an agency's exchange; paths are relative to the folder of the file that holds them.

    Attributes:
        service_key: PKCS#12 with the service key and its certificate; never the seal key.
        passphrase_file: Its first line opens the key; without one the key has an empty passphrase.
        trust: Folder with the anchors that certificates must lead to, and CRLs.
        peers: Agency code → SHA-256 (hex) of its service certificates.
        drop: Shared folder; see :class:`docflow.FileDrop`.
        is_online: Fetch the CRLs that certificates name; else only those in ``trust`` count.
        tsa: Address of a time-stamping service for receipts.
    """

    service_key: str
    trust: str
    peers: Mapping[str, tuple[str, ...]]
    drop: str
    passphrase_file: str | None = None
    is_online: bool = True
    tsa: str | None = None


def load_verifier(trust: Path, *, is_online: bool) -> SignatureChecker:
    """Return what judges the signatures of an agency's own documents: those made in the fields of docflow's recipe.

    Args:
        trust: Folder with the anchors that certificates must lead to, and CRLs.
        is_online: Fetch the CRLs that certificates name.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the folder cannot be read, or holds what is no certificate.
    """
    try:
        return SignatureChecker(trust=vnsign.TrustStore.from_folder(trust), online=is_online)
    except (OSError, vnsign.VnsignError) as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the trust folder cannot be used: {exc}",
            vi="Không dùng được thư mục chứng thư tin cậy.",
            way_out="look at trust in the settings",
        ) from exc


def load_post(plan: PostPlan, *, folder: Path) -> Post:
    """Return the post of an agency.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a key, a passphrase or a certificate cannot be read or used.
        InputError: ``MALFORMED_INPUT``; a peer has no agency code.
    """
    directory = {parse_agency_code(code).text: frozenset(map(str.lower, shown)) for code, shown in plan.peers.items()}
    try:
        passphrase = b""
        if plan.passphrase_file is not None:
            passphrase = (folder / plan.passphrase_file).read_bytes().partition(b"\n")[0].rstrip(b"\r")
        signer = vnsign.Signer.from_pkcs12(folder / plan.service_key, passphrase)
        trust = vnsign.TrustStore.from_folder(folder / plan.trust)
    except (OSError, vnsign.VnsignError) as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the exchange's settings cannot be used: {exc}",
            vi="Không dùng được khóa dịch vụ hoặc chứng thư tin cậy để trao đổi văn bản.",
            way_out="look at service_key, passphrase_file and trust in the settings",
        ) from exc
    return Post(
        signer=ReceiptSigner(signer=signer, tsa=plan.tsa),
        peers=PeerChecker(
            trust=trust, directory=directory, revocation=vnsign.HttpRevocationSource() if plan.is_online else None
        ),
        documents=SignatureChecker(trust=trust, online=plan.is_online),
    )
