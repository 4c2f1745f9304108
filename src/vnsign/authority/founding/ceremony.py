"""A key ceremony: an authority founded before witnesses, with a signed transcript of what was done.

Invariants:
    - Software keys open only when every custodian gives a part: all of N, no fewer.
    - Nothing is made before the plan is complete: who is there, and that every custodian gave a part.
    - The transcript is signed by a key that is made for it, certified by the new authority, used once and not kept; the
      journal holds the transcript's SHA-256.

What it does not do: it shares no secret M-of-N (a token's quorum does that: a shared-secret scheme of our own would be
cryptography of our own); it writes no files and keeps no part.

Source: docs/adr/0017-keys-of-an-authority.md.
"""

from __future__ import annotations

import hashlib
import os
import platform
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.authority.authority import Authority
from vnsign.authority.founding.transcript import (
    FORMAT,
    CeremonyRole,
    Participant,
    Step,
    StepKind,
    Transcript,
    is_plain,
    name_certificate,
    sha256_hex,
    signer_subject,
    transcript_to_json,
)
from vnsign.authority.founding.transcript_text import transcript_text
from vnsign.authority.keys.keystore import KeyVault, software_source
from vnsign.authority.records import Act
from vnsign.authority.settings import AuthoritySettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm
from vnsign.policy.profiles import CertificateProfile
from vnsign.ports import Clock
from vnsign.signing.signer import prepare_signer, sign_statement
from vnsign.verification.messages import Language

#: No rule was found; two people who each know half keep either of them honest, and somebody has to watch.
MIN_CUSTODIANS = 2
MIN_WITNESSES = 1
#: NIST SP 800-63B asks for 8 of what one person types; a part is guessed offline by who holds all others.
MIN_PART_CHARACTERS = 12
#: Names in :attr:`Ceremony.files`.
TRANSCRIPT = "transcript.json"
SIGNATURE = "transcript.p7s"
_PARTS_DOMAIN = b"vnsign passphrase of parts v1\0"
_TOOLS = ("vnsign-docflow", "cryptography", "SQLAlchemy", "python-pkcs11")


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyPlan:
    """Who founds what, decided before anything is made.

    Attributes:
        place: Where it happens.
        min_custodians: Fewest custodians where the keys stand under a passphrase.
        min_witnesses: Fewest witnesses.
    """

    name: str
    organization: str
    base_url: str
    place: str
    participants: tuple[Participant, ...]
    key_algorithm: KeyAlgorithm = KeyAlgorithm.P256
    settings: AuthoritySettings = field(default_factory=AuthoritySettings)
    min_custodians: int = MIN_CUSTODIANS
    min_witnesses: int = MIN_WITNESSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What came of it.

    Attributes:
        files: Name → content of what to keep and hand out; nothing in them is secret.
    """

    authority: Authority
    transcript: Transcript
    files: Mapping[str, bytes]


def combine_parts(parts: Sequence[str]) -> bytes:
    """Return the passphrase that all custodians' parts make together, in any order.

    Without one of the parts the passphrase is as hard to find as that part is to guess, each guess at the cost of
    scrypt. Unicode is brought to NFC first: keyboards differ in how they compose Vietnamese letters.

    Raises:
        UsageError: ``BAD_ARGUMENT``: no parts, one shorter than ``MIN_PART_CHARACTERS``, or two the same.
    """
    texts = [unicodedata.normalize("NFC", part) for part in parts]
    if not texts:
        raise _bad_plan("no part of a passphrase was given")
    short = [number for number, text in enumerate(texts, 1) if len(text) < MIN_PART_CHARACTERS]
    if short:
        raise _bad_plan(f"part {short[0]} has fewer than {MIN_PART_CHARACTERS} characters")
    if len(set(texts)) < len(texts):
        raise _bad_plan("two parts are the same")
    digests = sorted(hashlib.sha256(text.encode()).digest() for text in texts)
    return hashlib.sha256(_PARTS_DOMAIN + b"".join(digests)).hexdigest().encode("ascii")


def hold_ceremony(
    location: str | os.PathLike[str],
    plan: CeremonyPlan,
    *,
    clock: Clock,
    parts: Sequence[str] = (),
    keys: KeyVault | None = None,
) -> Ceremony:
    """Found an authority as planned, and sign the transcript.

    If the process dies in between, an authority without an entry ``ceremony`` in its journal is left: remove it and
    begin again; nobody has anything of it yet.

    Args:
        location: As for :meth:`Authority.create`.
        plan: Who founds what.
        clock: Tells the time of every step.
        parts: One of each custodian, for keys under a passphrase.
        keys: The token that makes and keeps the keys instead; its PINs are the custodians' affair.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the plan is not complete; and what :meth:`Authority.create` raises.
    """
    check_plan(plan, parts=None if keys is not None else len(parts))
    passphrase = b"" if keys is not None else combine_parts(parts)
    script = _Script(clock, parts=0 if keys is not None else len(parts))
    script.done(StepKind.MET, str(len(plan.participants)))
    if script.parts:
        script.done(StepKind.PARTS_GIVEN, str(script.parts))
    act = _act(plan)
    authority = Authority.create(
        location,
        name=plan.name,
        organization=plan.organization,
        base_url=plan.base_url,
        passphrase=passphrase,
        clock=clock,
        key_algorithm=plan.key_algorithm,
        settings=plan.settings,
        keys=keys,
        act=act,
    )
    randomness = software_source() if keys is None else keys.source
    return _written(authority, plan, script, randomness=randomness, act=act)


def check_plan(plan: CeremonyPlan, *, parts: int | None) -> None:
    """Refuse a plan that is not complete.

    Args:
        plan: What is planned.
        parts: How many parts of a passphrase were given; None if a token keeps the keys.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    people = plan.participants
    signer_subject(plan.name, plan.organization).to_name()  # found out before anything is made
    for text in (plan.place, *(person.name for person in people), *(person.organization for person in people)):
        if not is_plain(text):
            raise _bad_plan(f"{text!r} holds characters nobody sees")
    if not plan.place or not all(person.name for person in people):
        raise _bad_plan("the place or somebody's name is missing")
    if len({person.name for person in people}) < len(people):
        raise _bad_plan("somebody is named twice: nobody has two roles")
    count = Counter(person.role for person in people)
    if count[CeremonyRole.LEADER] != 1 or count[CeremonyRole.OPERATOR] < 1:
        raise _bad_plan("one leader and at least one operator are needed")
    if count[CeremonyRole.WITNESS] < plan.min_witnesses:
        raise _bad_plan(f"at least {plan.min_witnesses} must watch")
    if parts is not None and count[CeremonyRole.CUSTODIAN] < plan.min_custodians:
        raise _bad_plan(f"at least {plan.min_custodians} must each keep a part of the passphrase")
    if parts is not None and parts != count[CeremonyRole.CUSTODIAN]:
        raise _bad_plan(f"{count[CeremonyRole.CUSTODIAN]} custodians gave {parts} parts")


class _Script:
    """The steps done so far."""

    def __init__(self, clock: Clock, *, parts: int) -> None:
        self._clock = clock
        self.parts = parts
        self.steps: list[Step] = []

    def done(self, kind: StepKind, detail: str = "") -> None:
        at: datetime = self._clock.now().astimezone(UTC).replace(microsecond=0)
        self.steps.append(Step(at=at, kind=kind, detail=detail))


def _act(plan: CeremonyPlan) -> Act:
    leader = next(person for person in plan.participants if person.role is CeremonyRole.LEADER)
    return Act(by=leader.name, why=f"key ceremony, {plan.place}")


def _written(authority: Authority, plan: CeremonyPlan, script: _Script, *, randomness: str, act: Act) -> Ceremony:
    """Look at what was founded, write it down, sign it, and tell the journal."""
    above = authority.certificates()
    others = (record.certificate for record in authority.issued() if record.certificate not in above)
    own = tuple(name_certificate(certificate) for certificate in (*above, *others))
    script.done(StepKind.FOUNDED, own[0].certificate_sha256)
    signer = authority.enroll(CertificateProfile.SERVICE, signer_subject(plan.name, plan.organization), act=act)
    script.done(StepKind.SIGNER_ENROLLED, f"{signer.certificate.serial_number:x}")
    published = _published(authority)
    script.done(StepKind.ROOT_LIST_MADE, sha256_hex(published["root.crl"]))
    script.done(StepKind.ISSUING_LIST_MADE, sha256_hex(published["issuing.crl"]))
    head = authority.journal()[-1]
    script.done(StepKind.JOURNAL_READ, str(head.seq))
    transcript = Transcript(
        format=FORMAT,
        place=plan.place,
        started_at=script.steps[0].at,
        ended_at=script.steps[-1].at,
        name=plan.name,
        organization=plan.organization,
        base_url=authority.base_url,
        location=authority.location,
        parts=script.parts,
        randomness=randomness,
        tools=_tools(),
        participants=plan.participants,
        certificates=own,
        signer=name_certificate(signer.certificate),
        steps=tuple(script.steps),
        journal_seq=head.seq,
        journal_hash=head.hash.hex(),
    )
    files = {**_signed_files(transcript, signer), **published}
    authority.note_ceremony(sha256_hex(files[TRANSCRIPT]), act=act)
    return Ceremony(authority=authority, transcript=transcript, files=files)


def _published(authority: Authority) -> dict[str, bytes]:
    root, issuing = authority.certificates()
    return {
        "root.pem": root.public_bytes(Encoding.PEM),
        "issuing.pem": issuing.public_bytes(Encoding.PEM),
        "root.crl": authority.crl("root"),
        "issuing.crl": authority.crl("issuing"),
    }


def _signed_files(transcript: Transcript, signer: Credential) -> dict[str, bytes]:
    statement = transcript_to_json(transcript)
    prepared = prepare_signer(signer.signing_key, signer.certificate, chain=signer.chain)
    files = {TRANSCRIPT: statement, SIGNATURE: sign_statement(prepared, statement)}
    for lang in Language:
        files[f"transcript.{lang.value}.txt"] = transcript_text(transcript, lang=lang).encode()
    return files


def _tools() -> tuple[tuple[str, str], ...]:
    found = [("Python", platform.python_version())]
    for name in _TOOLS:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:  # python-pkcs11 is optional
            continue
    return tuple(found)


def _bad_plan(why: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, f"a ceremony cannot be held like this: {why}")
