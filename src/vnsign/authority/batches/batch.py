"""Many applications, each taken from request to certificate: one row, one certificate, whatever happens in between.

Invariants:
    - A row that fails loses nothing of any other row.
    - A row that is on record already, by an earlier run that may have been killed at any moment, is taken up where it
      stands: no row gets two certificates. A row is the same as a request on record if all it says is the same.
    - Memory holds one chunk of rows and, for each row read and each request on record, a hash and a number.

What it does not do: it reads and writes no file. It approves nothing that somebody refused or withdrew.

Source: Nghị định 68/2024/NĐ-CP Điều 10, 11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.authority.authority import Authority
from vnsign.authority.batches.batch_rows import BatchRow
from vnsign.authority.records import Act, Application, CertificateRecord, RequestRecord
from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError
from vnsign.pki.keys import PrivateKey, signature_hash
from vnsign.pki.names import Subject
from vnsign.pki.requests import parse_request
from vnsign.policy.lifecycle import RequestKind, RequestState

#: Rows of one issuing transaction; a process that is killed has at most so many to do again.
CHUNK_ROWS = 64
_GIVE_CERTIFICATES = frozenset({RequestKind.NEW, RequestKind.RENEW, RequestKind.CHANGE})


class RowState(StrEnum):
    """What became of a row."""

    ISSUED = "issued"
    #: an earlier run issued it
    ALREADY = "already_issued"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOutcome:
    """What became of one row.

    Attributes:
        record: The certificate; None if the row failed.
        error: Why it failed; None otherwise.
    """

    row: BatchRow
    state: RowState
    record: CertificateRecord | None = None
    error: VnsignError | None = None


def issue_rows(
    authority: Authority,
    rows: Iterable[BatchRow],
    *,
    application_of: Callable[[BatchRow], Application],
    submit: Act,
    decide: Act,
) -> Iterator[RowOutcome]:
    """Request, approve and issue each row; yield its outcome, in order, once it is on record.

    Args:
        authority: Who issues.
        rows: As read by :func:`vnsign.authority.batches.batch_rows.read_rows`.
        application_of: Makes the application of a row, reading what the row names; its ``VnsignError`` fails the row.
        submit: Who brings the list.
        decide: Who approves and issues; by default of the settings somebody else.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the settings want four eyes, and there are two.
    """
    if authority.settings.four_eyes and submit.by == decide.by:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{submit.by!r} would approve the own requests, and this authority wants somebody else to",
            way_out="say who submitted the list, or change the setting four_eyes",
        )
    known = _Known(authority)
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK_ROWS)):
        yield from _Chunk(authority, known, application_of, submit=submit, decide=decide).run(chunk)


def make_request(key: PrivateKey, subject: Subject) -> bytes:
    """Return a request for a certificate (PKCS#10, DER) for a key made here.

    Source: RFC 2986.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.to_name())
    if subject.email is not None:
        names = x509.SubjectAlternativeName([x509.RFC822Name(subject.email)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, signature_hash(key.public_key())).public_bytes(Encoding.DER)


class _Known:
    """Requests on record, found by what they say."""

    def __init__(self, authority: Authority) -> None:
        self._requests = {_identity(each.application): each.id for each in authority.requests()}
        self._serials = {
            each.request_id: each.certificate.serial_number for each in authority.issued() if each.request_id
        }
        self._lines: dict[bytes, int] = {}
        self._authority = authority

    def check_new(self, application: Application, *, line: int) -> None:
        """Refuse what an earlier row of this run said."""
        earlier = self._lines.setdefault(_identity(application), line)
        if earlier != line:
            raise InputError(ErrorCode.MALFORMED_BATCH, f"line {line} asks for the same as line {earlier}")

    def find(self, application: Application) -> RequestRecord | None:
        """Return the request on record that says the same."""
        number = self._requests.get(_identity(application))
        return None if number is None else self._authority.find_request(number)

    def certificate_of(self, request: RequestRecord) -> CertificateRecord | None:
        serial = self._serials.get(request.id)
        return None if serial is None else self._authority.find(serial)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A row and its request on record."""

    row: BatchRow
    request: RequestRecord


class _Chunk:
    """The work on one chunk."""

    def __init__(
        self,
        authority: Authority,
        known: _Known,
        application_of: Callable[[BatchRow], Application],
        *,
        submit: Act,
        decide: Act,
    ) -> None:
        self._authority = authority
        self._known = known
        self._application_of = application_of
        self._submit = submit
        self._decide = decide
        self._outcomes: dict[int, RowOutcome] = {}

    def run(self, rows: Sequence[BatchRow]) -> Iterator[RowOutcome]:
        """Yield the outcomes of ``rows``, in their order."""
        applications = self._applications(rows)
        requests = self._on_record(applications)
        self._submit_all(
            [(row, application) for row, application in applications if row.line not in requests], requests
        )
        self._approve_all(requests)
        self._issue_all(requests)
        for row in rows:
            yield self._outcomes[row.line]

    def _applications(self, rows: Sequence[BatchRow]) -> list[tuple[BatchRow, Application]]:
        """Return what usable rows ask for."""
        made = []
        for row in rows:
            try:
                if row.fault is not None:
                    raise row.fault
                application = _normal(self._application_of(row))
                if application.kind not in _GIVE_CERTIFICATES:
                    raise UsageError(
                        ErrorCode.BAD_ARGUMENT, f"line {row.line}: {application.kind} gives no certificate"
                    )
                self._known.check_new(application, line=row.line)
            except VnsignError as exc:
                self._fail(row, exc)
                continue
            made.append((row, application))
        return made

    def _on_record(self, applications: Sequence[tuple[BatchRow, Application]]) -> dict[int, _Open]:
        """Return the requests, by line, that an earlier run or somebody made; those that are over get their outcome."""
        found = {}
        for row, application in applications:
            request = self._known.find(application)
            if request is None:
                continue
            found[row.line] = _Open(row=row, request=request)
            if request.state is RequestState.DONE:
                record = self._known.certificate_of(request)
                self._outcomes[row.line] = RowOutcome(row=row, state=RowState.ALREADY, record=record)
            elif request.state in {RequestState.REFUSED, RequestState.WITHDRAWN}:
                last = request.steps[-1]
                reason = f"request {request.id}, which says the same, was {request.state} by {last.by}: {last.why}"
                self._fail(row, UsageError(ErrorCode.ISSUE_REFUSED, reason))
        return found

    def _submit_all(self, new: Sequence[tuple[BatchRow, Application]], requests: dict[int, _Open]) -> None:
        outcomes = self._authority.request_all([application for _, application in new], act=self._submit)
        for (row, _), outcome in zip(new, outcomes, strict=True):
            if outcome.record is not None:
                requests[row.line] = _Open(row=row, request=outcome.record)
            elif outcome.error is not None:
                self._fail(row, outcome.error)

    def _approve_all(self, requests: dict[int, _Open]) -> None:
        waiting = [each for each in requests.values() if each.request.state is RequestState.SUBMITTED]
        outcomes = self._authority.approve_all([each.request.id for each in waiting], act=self._decide)
        for each, outcome in zip(waiting, outcomes, strict=True):
            if outcome.record is not None:
                requests[each.row.line] = _Open(row=each.row, request=outcome.record)
            elif outcome.error is not None:
                self._fail(each.row, outcome.error)

    def _issue_all(self, requests: Mapping[int, _Open]) -> None:
        ready = [each for each in requests.values() if each.request.state is RequestState.APPROVED]
        outcomes = self._authority.issue_all([each.request.id for each in ready], act=self._decide)
        for each, outcome in zip(ready, outcomes, strict=True):
            if outcome.record is not None:
                self._outcomes[each.row.line] = RowOutcome(row=each.row, state=RowState.ISSUED, record=outcome.record)
            elif outcome.error is not None:
                self._fail(each.row, outcome.error)

    def _fail(self, row: BatchRow, error: VnsignError) -> None:
        self._outcomes[row.line] = RowOutcome(row=row, state=RowState.FAILED, error=error)


def _normal(application: Application) -> Application:
    """Return the application as the record keeps it: the request for a certificate in DER."""
    if application.csr is None:
        return application
    return replace(application, csr=parse_request(application.csr).der)


def _identity(application: Application) -> bytes:
    subject = application.subject.to_name().rfc4514_string() if application.subject else None
    said = (
        application.kind.value,
        application.agency,
        application.document,
        application.profile and application.profile.value,
        subject,
        application.subject and application.subject.email,
        application.csr,
        application.serial,
        application.not_after and int(application.not_after.timestamp()),
        application.case and application.case.value,
        application.invalidity_date and int(application.invalidity_date.timestamp()),
    )
    return hashlib.sha256(repr(said).encode()).digest()
