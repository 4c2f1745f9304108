"""``vnsign trust``: whom one trusts, one folder a scheme, each certificate compared before it is added."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar

import click

from vnsign.adapters.trust_store import (
    TrustedCertificate,
    TrustScheme,
    add_certificate,
    list_certificates,
    read_candidates,
    remove_certificate,
)
from vnsign.cli.usage_words import misuse
from vnsign.rendering.plain_data import to_json
from vnsign.rendering.words import local_day, shown
from vnsign.verification.messages import Language
from vnsign.verification.wording import words

EXIT_NOT_FOUND = 1
_Command = TypeVar("_Command", bound=Callable[..., Any] | click.Command)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ANCHOR = words("gốc tin cậy", "trust anchor")
_INTERMEDIATE = words("trung gian, chỉ giúp dựng đường dẫn", "intermediate, only helps to build paths")
_KNOWN = words("Đã biết", "Known as")
_UNKNOWN = words("không có trong bảng của vnsign", "in no table of vnsign")
_VALID = words("Hiệu lực", "Valid")
_ADDED = words("Đã thêm vào {folder}", "Added to {folder}")
_THERE = words("Đã có trong {folder}", "Already in {folder}")
_ABSENT = {Language.VI: "Lỗi: {sha256} không có trong {store}", Language.EN: "Error: {sha256} is not in {store}"}
_REMOVED = words("Đã xóa khỏi {folder}", "Removed from {folder}")
_COMPARE = words(
    "Dấu vân tay SHA-256 có đúng như tổ chức đó công bố không?",
    "Is this the SHA-256 fingerprint the authority publishes?",
)
_EMPTY = words("Chưa có chứng thư nào.", "There is no certificate.")


class _Fingerprint(click.ParamType[str]):
    """64 hexadecimal digits, colons or spaces between allowed."""

    name = "SHA256"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        digits = re.sub(r"[:\s]", "", str(value)).lower()
        if not _SHA256.fullmatch(digits):
            self.fail(f"{value!r} is not a SHA-256: 64 hexadecimal digits", param, ctx)
        return digits


_store = click.option(
    "--store", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), default="trust", show_default=True,
    help="Folder of the store; it has a folder for each scheme.",
)  # fmt: skip
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_lang = click.option(
    "--lang", type=click.Choice([language.value for language in Language]), default=Language.VI.value,
    show_default=True, help="Language of the text.",
)  # fmt: skip


def _scheme(*, required: bool) -> Callable[[_Command], _Command]:
    return click.option(
        "--scheme",
        type=click.Choice([scheme.value for scheme in TrustScheme]),
        required=required,
        help="Whose certificates: the Government's, the public authorities', the European lists', your own."
        + ("" if required else " [default: every scheme]"),
    )


@click.group(epilog="Example: vnsign trust list --store trust")
def trust() -> None:
    """Keep the certificates you trust: one folder a scheme, each pinned by its SHA-256.

    Use a scheme's folder with: vnsign verify signed --recursive --trust trust/vn-official.
    """


@trust.command(
    epilog="Example: vnsign trust add root.cer --scheme vn-official "
    "--sha256 f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@_scheme(required=True)
@_store
@click.option(
    "--sha256",
    "expected",
    multiple=True,
    type=_Fingerprint(),
    metavar="SHA256",
    help="The fingerprint the authority publishes; without it the fingerprint is shown and you are asked. "
    "Once for each certificate in FILE.",
)
@_json
@_lang
def add(file: Path, *, scheme: str, store: Path, expected: tuple[str, ...], as_json: bool, lang: str) -> None:
    """Add the certificates in FILE (PEM or DER), each only with its fingerprint compared."""
    language = Language(lang)
    candidates = read_candidates(file, store, TrustScheme(scheme))
    for candidate in candidates:
        _require_comparison(candidate, expected, language=language, may_ask=not as_json)
    for candidate in candidates:
        is_new = add_certificate(candidate, sha256=candidate.sha256)
        if as_json:
            click.echo(to_json({**_plain(candidate), "added": is_new}))
        else:
            folder = shown(str(candidate.file.parent))
            click.echo(f"{(_ADDED if is_new else _THERE)[language].format(folder=folder)}: {candidate.sha256}")


@trust.command("list", epilog="Example: vnsign trust list --store trust --scheme vn-official")
@_scheme(required=False)
@_store
@_json
@_lang
def list_(*, scheme: str | None, store: Path, as_json: bool, lang: str) -> None:
    """Show what is trusted, scheme by scheme."""
    found = list(list_certificates(store, _schemes(scheme)))
    if as_json:
        click.echo(to_json({"certificates": [_plain(entry) for entry in found]}))
        return
    if not found:
        click.echo(_EMPTY[Language(lang)])
    _echo(line for entry in found for line in _lines(entry, Language(lang)))


@trust.command(epilog="Example: vnsign trust remove f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8")
@click.argument("sha256", type=_Fingerprint())
@_scheme(required=False)
@_store
@_json
@_lang
@click.pass_context
def remove(ctx: click.Context, sha256: str, *, scheme: str | None, store: Path, as_json: bool, lang: str) -> None:
    """Take the certificate with this fingerprint out of the store; exit code 1 if it is not there."""
    removed = remove_certificate(store, sha256, _schemes(scheme))
    if as_json:
        click.echo(to_json({"removed": [_plain(entry) for entry in removed]}))
    for entry in removed if not as_json else ():
        click.echo(f"{_REMOVED[Language(lang)].format(folder=shown(str(entry.file.parent)))}: {sha256}")
    if not removed:
        click.echo(_ABSENT[Language(lang)].format(sha256=sha256, store=store), err=True)
        ctx.exit(EXIT_NOT_FOUND)


def _require_comparison(
    candidate: TrustedCertificate, expected: tuple[str, ...], *, language: Language, may_ask: bool
) -> None:
    if candidate.sha256 in expected:
        return
    if not expected and may_ask and sys.stdin is not None and sys.stdin.isatty():
        _echo(_lines(candidate, language))
        if click.confirm(_COMPARE[language]):
            return
        raise click.Abort
    _echo(_lines(candidate, language), err=True)
    if not expected:
        raise misuse(
            "compare the SHA-256 above with the one the authority publishes, in another place than you got the file "
            f"from; if it is the same, add: --sha256 {candidate.sha256}",
            vi="hãy so SHA-256 ở trên với giá trị cơ quan cấp công bố, ở nơi khác với nơi đã lấy tệp; "
            f"nếu giống nhau, thêm: --sha256 {candidate.sha256}",
        )
    raise misuse(
        f"the SHA-256 is {candidate.sha256}, which is not what --sha256 says: nothing was added",
        vi=f"SHA-256 là {candidate.sha256}, khác với --sha256 đã cho: không thêm gì",
    )


def _schemes(scheme: str | None) -> tuple[TrustScheme, ...]:
    return tuple(TrustScheme) if scheme is None else (TrustScheme(scheme),)


def _echo(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)


def _lines(entry: TrustedCertificate, language: Language) -> Iterator[str]:
    known = f"{entry.known.name} ({entry.known.generation})" if entry.known is not None else _UNKNOWN[language]
    certificate = entry.certificate
    days = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    yield f"{entry.scheme}: {shown(certificate.subject.rfc4514_string())}"
    yield f"  {(_ANCHOR if entry.is_anchor else _INTERMEDIATE)[language]}"
    yield f"  SHA-256: {entry.sha256}"
    yield f"  {_KNOWN[language]}: {known}"
    yield f"  {_VALID[language]}: {local_day(days[0])} – {local_day(days[1])}"


def _plain(entry: TrustedCertificate) -> dict[str, object]:
    certificate = entry.certificate
    return {
        "scheme": entry.scheme.value,
        "sha256": entry.sha256,
        "file": str(entry.file),
        "role": "anchor" if entry.is_anchor else "intermediate",
        "subject": certificate.subject.rfc4514_string(),
        "known_as": entry.known.name if entry.known is not None else "",
        "not_before": certificate.not_valid_before_utc.astimezone(UTC).isoformat(),
        "not_after": certificate.not_valid_after_utc.astimezone(UTC).isoformat(),
    }
