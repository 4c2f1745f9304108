"""A validation policy as a file: TOML or JSON → :class:`~vnsign.policy.validation.ValidationPolicy`.

Invariants:
    - Any text gives a policy or one error that names the line, the field and the reason; an unknown field is an error,
      because a misspelt demand would be no demand.
    - What a file does not say is taken from the policy it ``extends`` (``default`` if it names none).

What it does not do: read files.

Source: ETSI EN 319 102-1 §5.1.4 (validation constraints).
"""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

import msgspec

from vnsign.errors import ErrorCode, InputError
from vnsign.policy.algorithms import AlgorithmRule, AlgorithmTable, KeyRule
from vnsign.policy.known_anchors import Scheme
from vnsign.policy.validation import (
    ALL_SUB_FILTERS,
    POLICIES,
    AnchorRule,
    StatusDemand,
    ValidationPolicy,
)
from vnsign.report import Level

_Oid = Annotated[str, msgspec.Meta(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")]
_Days = Annotated[float, msgspec.Meta(ge=0, le=36_500)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=3_153_600_000)]


class Anchor(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An anchor that may vouch: SHA-256 of its DER, and the day (UTC) from which it vouches for nothing new."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]
    until: date | None = None


class Digest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A digest: the day (UTC) from which it proves nothing, and whether it is weak before that."""

    until: date | None = None
    warns: bool = True


class Key(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Keys of a kind from a size on; as for a digest."""

    kind: Annotated[str, msgspec.Meta(pattern="^(rsa|ec|dsa|ed25519|ed448)$")]
    min_bits: Annotated[int, msgspec.Meta(ge=1, le=65_536)]
    until: date | None = None
    warns: bool = True


class Algorithms(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Accepted digests by name (``sha256``, ``sha3_256``, ``shake256``) and keys; each replaces the one extended."""

    digests: dict[str, Digest] | None = None
    keys: list[Key] | None = None


class Revocation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whose status must be known, and how old evidence may be."""

    signer: StatusDemand | None = None
    timestamp_authority: StatusDemand | None = None
    max_evidence_age_days: _Days | None = None


class Certificate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the signer's certificate must say."""

    key_usages: list[Annotated[str, msgspec.Meta(pattern="^(digital_signature|content_commitment)$")]] | None = None
    requires_key_usage: bool | None = None
    required_purposes: list[_Oid] | None = None
    refused_purposes: list[_Oid] | None = None
    policies: list[_Oid] | None = None


class PolicyFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A validation policy of vnsign."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    extends: str = "default"
    scheme: Scheme | None = None
    anchors: list[Anchor] | None = None
    algorithms: Algorithms = Algorithms()
    sub_filters: list[str] | None = None
    required_level: Literal["B-B", "B-T", "B-LT", "B-LTA"] | None = None
    accepts_claimed_time: bool | None = None
    max_timestamp_delay_s: _Seconds | None = None
    revocation: Revocation = Revocation()
    certificate: Certificate = Certificate()


def parse_policy(text: str, *, file: str = "") -> ValidationPolicy:
    """Read a policy from TOML, or from JSON if it begins with a brace.

    Args:
        text: The file's content.
        file: Its name, for errors.

    Raises:
        InputError: ``MALFORMED_POLICY``, with line and field.
    """
    try:
        read = msgspec.convert(_read(text, file=file), PolicyFile)
    except msgspec.ValidationError as exc:
        field = _field_of(str(exc))
        raise _malformed(str(exc), text=text, field=field, file=file) from exc
    except RecursionError as exc:
        raise _malformed("is nested too deeply", text=text, field="", file=file) from exc
    return _to_policy(read, text=text, file=file)


def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vnsign validation policy",
        **msgspec.json.schema(PolicyFile),
    }


def _read(text: str, *, file: str) -> dict[str, Any]:
    text = text.removeprefix("\ufeff")
    try:
        found: object = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as exc:
        raise _malformed(exc.msg, text=text, field="", file=file, line=exc.lineno) from exc
    except tomllib.TOMLDecodeError as exc:
        line = re.search(r"line (\d+)", str(exc))
        raise _malformed(
            str(exc), text=text, field="", file=file, line=int(line.group(1)) if line else text.count("\n") + 1
        ) from exc
    except ValueError as exc:
        raise _malformed(str(exc), text=text, field="", file=file) from exc
    if not isinstance(found, dict):
        raise _malformed("is not a table of fields", text=text, field="", file=file)
    return found


def _to_policy(read: PolicyFile, *, text: str, file: str) -> ValidationPolicy:
    base = POLICIES.get(read.extends)
    if base is None:
        reason = f"there is no policy {read.extends!r} to extend; there are {', '.join(POLICIES)}"
        raise _malformed(reason, text=text, field="extends", file=file)
    unknown = [name for name in read.sub_filters or () if _slashed(name) not in ALL_SUB_FILTERS]
    if unknown:
        known = ", ".join(sorted(name.removeprefix("/") for name in ALL_SUB_FILTERS))
        raise _malformed(f"{unknown[0]!r} is none of {known}", text=text, field="sub_filters", file=file)
    certificate, revocation = read.certificate, read.revocation
    changes = {
        "scheme": read.scheme,
        "anchors": None if read.anchors is None else tuple(_anchor(anchor) for anchor in read.anchors),
        "algorithms": _algorithms(read.algorithms, base.algorithms),
        "sub_filters": None if read.sub_filters is None else frozenset(_slashed(name) for name in read.sub_filters),
        "required_level": None if read.required_level is None else Level(f"PAdES-{read.required_level}"),
        "accepts_claimed_time": read.accepts_claimed_time,
        "max_timestamp_delay": _span(seconds=read.max_timestamp_delay_s),
        "signer_status": revocation.signer,
        "authority_status": revocation.timestamp_authority,
        "max_evidence_age": _span(days=revocation.max_evidence_age_days),
        "signer_key_usages": _set(certificate.key_usages),
        "requires_key_usage": certificate.requires_key_usage,
        "required_purposes": _set(certificate.required_purposes),
        "refused_purposes": _set(certificate.refused_purposes),
        "certificate_policies": _set(certificate.policies),
    }
    return replace(base, name=read.name, **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]  # of several types


def _algorithms(read: Algorithms, base: AlgorithmTable) -> AlgorithmTable:
    digests: Mapping[str, AlgorithmRule] = base.digests
    if read.digests is not None:
        digests = {name: AlgorithmRule(ends=_start(d.until), warns=d.warns) for name, d in read.digests.items()}
    keys = base.keys
    if read.keys is not None:
        rules = (KeyRule(kind=k.kind, min_bits=k.min_bits, ends=_start(k.until), warns=k.warns) for k in read.keys)
        # strongest first: the first row whose size is met counts
        keys = tuple(sorted(rules, key=lambda rule: -rule.min_bits))
    return AlgorithmTable(digests=digests, keys=keys)


def _anchor(read: Anchor) -> AnchorRule:
    return AnchorRule(sha256=read.sha256.lower(), until=_start(read.until))


def _start(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=UTC)


def _span(*, days: float | None = None, seconds: float | None = None) -> timedelta | None:
    if days is None and seconds is None:
        return None
    return timedelta(days=days or 0, seconds=seconds or 0)


def _set(items: Iterable[str] | None) -> frozenset[str] | None:
    return None if items is None else frozenset(items)


def _slashed(name: str) -> str:
    return name if name.startswith("/") else f"/{name}"


# ---------------------------------------------------------------- errors


def _field_of(message: str) -> str:
    """The path that msgspec names at the end of its message: ``$.algorithms.keys[0].min_bits``."""
    path = re.search(r"at `\$([^`]*)`$", message)
    unknown = re.search(r"unknown field `([^`]*)`", message)
    found = path.group(1).removeprefix(".") if path else ""
    return ".".join(part for part in (found, unknown.group(1) if unknown else "") if part)


def _malformed(reason: str, *, text: str, field: str, file: str, line: int | None = None) -> InputError:
    at = line or _line_of(text, field)
    place = f"line {at}, field {field}" if field else f"line {at}"
    return InputError(
        ErrorCode.MALFORMED_POLICY,
        f"{place}: {reason}",
        file=file or None,
        way_out="see docs/reference/validation-policy.md",
    )


def _line_of(text: str, field: str) -> int:
    """The line where a field is written, as near as can be told: its parts are looked for one after the other."""
    position, skipped = 0, 0
    for part in re.findall(r"[^.\[\]]+", field):
        if part.isdigit():
            skipped = int(part)
            continue
        pattern = re.compile(rf'(?m)(^|[\[\s{{,."\'])({re.escape(part)})["\']?\s*[\]=:.]')
        found = list(itertools.islice(pattern.finditer(text, position), skipped + 1))
        position, skipped = (found[-1].start(2) if found else position), 0
    return text.count("\n", 0, position) + 1
