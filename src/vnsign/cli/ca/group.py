"""The commands about an authority, by the day they are needed: found it, take requests, issue, revoke, publish."""

from __future__ import annotations

from collections.abc import Mapping

import click

from vnsign.cli.lazy import LazyGroup

_HERE = "vnsign.cli.ca"
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "approve": (f"{_HERE}.requests:approve", "Approve requests (duyệt). By default not by the one who submitted them."),
    "batch": (f"{_HERE}.batch:batch", "Request, approve and issue one certificate for each row of a CSV list."),
    "ceremony": (f"{_HERE}.ceremony:ceremony", "Found an authority in a key ceremony (lễ tạo khóa)."),
    "change": (
        f"{_HERE}.applying:change",
        "Ask for a change of information (thay đổi nội dung thông tin); without --csr the key stays.",
    ),
    "crl": (
        f"{_HERE}.publishing:crl",
        "Write the present revocation list; a new one is made if something happened since, or it has become old.",
    ),
    "export": (
        f"{_HERE}.publishing:export",
        "Write a certificate on record, or the authority's own: root, issuing, bundle (both, PEM or PKCS#7).",
    ),
    "hold": (f"{_HERE}.status:hold", "Put a certificate on hold; only if the authority's settings allow it."),
    "init": (
        f"{_HERE}.founding:init",
        "Found an authority: root, issuing authority, its services' certificates, an empty journal.",
    ),
    "issue": (f"{_HERE}.requests:issue", "Issue the certificates that approved requests ask for."),
    "journal": (f"{_HERE}.reading:journal", "Show the journal: every act, who and why; or verify it."),
    "list": (
        f"{_HERE}.reading:list_certificates",
        "List certificates, the authority's own included, in order of issue.",
    ),
    "refuse": (f"{_HERE}.requests:refuse", "Refuse requests (từ chối); --why says the reason."),
    "release": (f"{_HERE}.status:release", "Release a certificate from its hold."),
    "renew": (f"{_HERE}.applying:renew", "Ask for a renewal (gia hạn) of a certificate; without --csr its key stays."),
    "renew-own": (
        f"{_HERE}.founding:renew_own",
        "Give a service of the authority a new key and certificate: tsa, ocsp, or ocsp-root.",
    ),
    "request": (f"{_HERE}.applying:request", "Record what an agency asks for; `approve` and `issue` come after."),
    "requests": (f"{_HERE}.reading:list_requests", "List requests, the oldest first."),
    "restore": (
        f"{_HERE}.requests:restore",
        "Record that the devices of approved requests were unlocked (khôi phục thiết bị).",
    ),
    "revoke": (f"{_HERE}.status:revoke", "Revoke a certificate (thu hồi), at once and for good."),
    "settings": (
        f"{_HERE}.founding:settings",
        "Show the authority's settings, or change them; each change is an act in the journal.",
    ),
    "show": (f"{_HERE}.reading:show", "Show all about a certificate, or about a request, with its history."),
    "withdraw": (f"{_HERE}.requests:withdraw", "Withdraw requests (rút đề nghị); --why says the reason."),
}


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    epilog="Example: vnsign ca list --ca authority --expiring-within 60. Every command takes --ca (or VNSIGN_CA), and "
    "the passphrase from --passphrase-file, VNSIGN_CA_PASSPHRASE or a prompt, never from an argument. Exit code: 0 "
    "done, 1 refused or failed, 64 wrong usage.",
)
def ca() -> None:
    """Run an agency's own authority for official-use certificates.

    request → approve → issue; renew, change, revoke; lists, journal. Every act is one entry of a hash-chained journal.
    """
