"""``vnsign extend``: signed PDFs raised to a higher level, or their archive timestamps renewed; each written whole.

Source: ETSI EN 319 142-1 §5.4, §6.3.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from vnsign.adapters.evidence_cache import EvidenceCache
from vnsign.adapters.files import FileSource, read_bytes, write_whole
from vnsign.adapters.http import HttpRevocationSource, StatusMethod
from vnsign.adapters.http_timestamps import TIMESTAMP_TIMEOUT_S
from vnsign.cli.error_words import error_sentence
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.pki.anchors import TrustAnchors
from vnsign.signing.levels import TargetLevel
from vnsign.verification.messages import Language, clean
from vnsign.wiring.extending import archive_until, extend_pdf, refresh_pdf
from vnsign.wiring.timestamps import timestamp_sources
from vnsign.wiring.trust import TrustStore

EXIT_FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    file: str
    output: str | None = None
    until: str | None = None
    code: str | None = None
    error: str | None = None
    told: str | None = None


@click.command(epilog="Example: vnsign extend signed/*.pdf --out archive --level B-LTA --tsa http://tsa.example.gov.vn")
@click.argument("inputs", nargs=-1, required=True, metavar="IN.pdf…", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the extended files (same names); made if absent.",
)
@click.option(
    "--level",
    type=click.Choice([level.value for level in TargetLevel if level is not TargetLevel.B_B]),
    default=TargetLevel.B_LTA.value,
    show_default=True,
    help="What every signature shall reach.",
)
@click.option("--refresh", is_flag=True, help="Renew the archive timestamp of files at B-LTA instead.")
@click.option("--tsa", multiple=True, metavar="URL", help="RFC 3161 service; several are tried in order.")
@click.option(
    "--tsa-timeout",
    type=click.FloatRange(min=1),
    default=TIMESTAMP_TIMEOUT_S,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait for one timestamp.",
)
@click.option(
    "--trust",
    "trust_folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with certificates of authorities that the files may lack.",
)
@click.option(
    "--prefer",
    type=click.Choice([method.value for method in StatusMethod]),
    default=StatusMethod.OCSP.value,
    show_default=True,
    help="Which evidence of status is asked for first.",
)
@click.option(
    "--cache",
    "cache_folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder that keeps revocation lists.",
)
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of the text.",
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def extend(
    inputs: tuple[Path, ...],
    folder: Path,
    level: str,
    refresh: bool,
    tsa: tuple[str, ...],
    tsa_timeout: float,
    trust_folder: Path | None,
    prefer: str,
    cache_folder: Path | None,
    lang: str,
    force: bool,
    as_json: bool,
) -> None:
    """Add time and evidence to signed PDF files, so that they can be verified for years.

    Every byte of a file stays; what is new is appended. A file for which any service fails is not written.
    Exit code: 0 all extended, 1 at least one file was not, 64 wrong usage.
    """
    _require_sense(inputs, level=level, refresh=refresh, tsa=tsa)
    timestamps = timestamp_sources(tsa, timeout_s=tsa_timeout)
    cache = EvidenceCache(cache_folder) if cache_folder is not None else None
    revocation = HttpRevocationSource(prefer=prefer, cache=cache)
    trust = TrustStore.from_folder(trust_folder) if trust_folder is not None else TrustAnchors()
    known = (*trust.intermediates, *trust.anchors)

    def raised(pdf: bytes) -> bytes:
        if refresh and timestamps is not None:
            return refresh_pdf(pdf, tsa=timestamps, revocation=revocation, known=known)
        return extend_pdf(pdf, level=level, tsa=timestamps, revocation=revocation, known=known)

    _make_folder(folder)
    progress = Console(stderr=True)
    hidden = len(inputs) == 1 or not progress.is_terminal
    outcomes = [
        _one(path, folder / path.name, raised=raised, force=force, lang=Language(lang))
        for path in track(inputs, "Extending", console=progress, disable=hidden)
    ]
    _print(outcomes, as_json=as_json, lang=Language(lang))
    if any(outcome.error for outcome in outcomes):
        sys.exit(EXIT_FAILED)


def _one(path: Path, target: Path, *, raised: Callable[[bytes], bytes], force: bool, lang: Language) -> _Outcome:
    try:
        if target.exists() and not force:
            raise UsageError(ErrorCode.OUTPUT_EXISTS, f"{target} is there already", way_out="use --force to replace it")
        pdf = raised(read_bytes(FileSource.at(path).path))  # a pipe would let the others wait for ever
        until = archive_until(pdf)
        write_whole(target, pdf)
    except VnsignError as exc:
        exc.file = exc.file or str(path)
        return _Outcome(
            file=str(path),
            code=exc.code.value,
            error=str(exc),
            told=clean(error_sentence(exc, lang)),
        )
    return _Outcome(file=str(path), output=str(target), until=until.isoformat() if until is not None else None)


def _require_sense(inputs: Sequence[Path], *, level: str, refresh: bool, tsa: Sequence[str]) -> None:
    names = [path.name for path in inputs]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise misuse(
            f"two inputs are named {repeated}: one would overwrite the other in --out",
            vi=f"hai tệp cùng tên {repeated}: tệp sau sẽ ghi đè tệp trước trong --out",
        )
    if not tsa and (refresh or level == TargetLevel.B_LTA):
        raise misuse(
            f"{'--refresh' if refresh else f'--level {level}'} needs --tsa URL",
            vi=f"{'--refresh' if refresh else f'--level {level}'} cần --tsa URL",
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as exc:
        reason = (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
        raise UsageError(
            ErrorCode.OUTPUT_NOT_WRITABLE, f"the folder cannot be made: {reason}", file=str(folder)
        ) from exc


def _print(outcomes: Sequence[_Outcome], *, as_json: bool, lang: Language) -> None:
    if as_json:
        failed = sum(1 for outcome in outcomes if outcome.error)
        summary = {"extended": len(outcomes) - failed, "failed": failed}
        documents = [{name: value for name, value in asdict(o).items() if name != "told"} for o in outcomes]
        click.echo(json.dumps({"documents": documents, "summary": summary}, ensure_ascii=False, indent=2))
        return
    for outcome in outcomes:
        renew = "gia hạn trước ngày" if lang is Language.VI else "renew before"
        until = f" ({renew} {outcome.until[:10]})" if outcome.until else ""
        click.echo(outcome.told or f"{outcome.file} → {outcome.output}{until}", err=outcome.told is not None)
