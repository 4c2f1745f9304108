"""vnsign: an authority on disk with every certificate on record, and its services in process and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from threading import Event

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.http_client import post
from vnsign import Authority, Subject
from vnsign.authority.batches.batch import make_request
from vnsign.authority.records import Act, Application, RequestOutcome, RequestRecord
from vnsign.pki.requests import check_request, parse_request
from vnsign.policy.lifecycle import RequestKind
from vnsign.policy.profiles import CertificateProfile
from vnsign.web import create_app, serve
from vnsign.web.limits import ServiceLimits

AGENCY = "Ủy ban nhân dân tỉnh Thử"
BASE_URL = "http://ca.thu.gov.vn"
_PASSPHRASE = b"benchmark"
_START_TIMEOUT_S = 30
_SUBMIT, _DECIDE = Act(by="văn thư"), Act(by="lãnh đạo")


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)


def officials(count: int) -> list[tuple[Subject, bytes]]:
    """Return ``count`` officials, each with a request for a certificate signed by a P-256 key of its own."""
    people = [
        Subject(
            common_name=f"Nguyễn Văn {number}",
            organization=AGENCY,
            units=("Sở Thử nghiệm",),
            locality="Hà Nội",
            email=f"official{number}@thu.gov.vn",
        )
        for number in range(count)
    ]
    return [(person, make_request(ec.generate_private_key(ec.SECP256R1()), person)) for person in people]


def _done(outcome: RequestOutcome) -> RequestRecord:
    if outcome.record is None:
        raise RuntimeError(f"refused: {outcome.error}")
    return outcome.record


class Vnsign:
    """One authority in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "authority"
        self._authority = Authority.create(
            self._folder,
            name="Thử nghiệm",
            organization=AGENCY,
            base_url=BASE_URL,
            passphrase=_PASSPHRASE,
            clock=SystemClock(),
        )

    def submit(self, people: Sequence[tuple[Subject, bytes]]) -> list[int]:
        """Request and approve; return the numbers of the requests."""
        applications = [
            Application(kind=RequestKind.NEW, agency=AGENCY, profile=CertificateProfile.OFFICIAL, subject=who, csr=csr)
            for who, csr in people
        ]
        taken = self._authority.request_all(applications, act=_SUBMIT)
        approved = self._authority.approve_all([_done(outcome).id for outcome in taken], act=_DECIDE)
        return [_done(outcome).id for outcome in approved]

    def issue(self, numbers: Sequence[int]) -> list[x509.Certificate]:
        """Issue for approved requests; the certificates are on record when this returns."""
        outcomes = list(self._authority.issue_all(numbers, act=_DECIDE))
        return [outcome.record.certificate for outcome in outcomes if outcome.record is not None]

    def issue_singly(self, numbers: Sequence[int]) -> list[x509.Certificate]:
        """The same, each certificate in a transaction of its own."""
        return [self._authority.issue(number, act=_DECIDE).certificate for number in numbers]

    def check(self, people: Sequence[tuple[Subject, bytes]]) -> None:
        """Only read and check requests."""
        for subject, csr in people:
            if check_request(parse_request(csr), subject=subject, profile=CertificateProfile.OFFICIAL):
                raise RuntimeError("a sound request was refused")

    @property
    def issuer(self) -> x509.Certificate:
        """The issuing authority's certificate."""
        return self._authority.certificates()[1]

    def answer_ocsp(self, requests: Sequence[bytes]) -> Callable[[], object]:
        """Answer each request, in process."""
        return lambda: [self._authority.answer_ocsp("issuing", request) for request in requests]

    def stamp(self, requests: Sequence[bytes]) -> Callable[[], object]:
        """Answer each request for a timestamp, in process."""
        return lambda: [self._authority.answer_timestamp(request) for request in requests]

    @contextmanager
    def server(self) -> Iterator[Callable[[str, str, Sequence[bytes]], Callable[[], object]]]:
        """Serve on loopback from a process of its own; yield what prepares the asking, a connection each request."""
        context = get_context("spawn")
        port: Queue[int] = context.Queue()
        process = context.Process(target=_serve, args=(self._folder, port), daemon=True)
        process.start()
        try:
            number = port.get(timeout=_START_TIMEOUT_S)
            yield (
                lambda path, kind, requests: (
                    lambda: [post("127.0.0.1", number, path=path, kind=kind, body=request) for request in requests]
                )
            )
        finally:
            process.terminate()
            process.join()


def _serve(folder: Path, port: Queue[int]) -> None:
    authority = Authority.open(folder, passphrase=_PASSPHRASE, clock=SystemClock())
    with serve(create_app(authority, limits=ServiceLimits(rate=None))) as running:
        port.put(running.port)
        Event().wait()
