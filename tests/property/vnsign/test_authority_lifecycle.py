"""The life of certificates against a model: after every step, record, list and journal say what the model says."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.vnsign.authority.desk import CHIEF, CLERK, SUBJECT, Desk, csr_of, new_authority
from tests.unit.vnsign.authority.making import PASSPHRASE, StoppedClock
from vnsign.authority import Application, Authority
from vnsign.authority.acts.intake import subject_of
from vnsign.authority.database.store import DATABASE_NAME
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.crl import load_crl
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import CERTIFYING, TRANSITIONS, RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile

#: Keys that are asked for again and again, by numbers below this.
REUSED = 2
_KEY = st.none() | st.none() | st.integers(0, REUSED - 1)
_SAME_OR_OTHER = st.sampled_from([-1, -1, -1, None, 0])
#: The first few are picked again and again, so that things happen to one after the other.
_PICK = st.integers(0, 2) | st.integers(0, 1000)
EXPOSED = x509.ReasonFlags.key_compromise
REASONS = (EXPOSED, x509.ReasonFlags.superseded)
KEYS = (KeyAlgorithm.P256.value, KeyAlgorithm.P384.value, "rsa2048")
PROFILES = (CertificateProfile.OFFICIAL, CertificateProfile.AGENCY_SEAL, CertificateProfile.SERVICE)


@cache
def key_number(_number: int) -> PrivateKey:
    """Return a key; the same for the same number."""
    return generate_private_key()


@cache
def founded(_number: int = 0) -> bytes:
    """Return the database of a new authority; the same for the same number."""
    with tempfile.TemporaryDirectory() as folder:
        new_authority(Path(folder), StoppedClock())
        return (Path(folder) / DATABASE_NAME).read_bytes()


@dataclass
class ModelCertificate:
    """What the model knows of a certificate."""

    serial: int
    key: int
    holder: int
    not_after: datetime
    #: None: good
    reason: x509.ReasonFlags | None = None
    ever_released: bool = False
    successors: list[ModelCertificate] = field(default_factory=list)

    @property
    def is_revoked(self) -> bool:
        """For good."""
        return self.reason not in {None, x509.ReasonFlags.certificate_hold}


@dataclass
class ModelRequest:
    """What the model knows of a request."""

    number: int
    kind: RequestKind
    key: int | None
    holder: int
    about: ModelCertificate | None
    state: RequestState = RequestState.SUBMITTED

    @property
    def is_open(self) -> bool:
        """Whether it waits for something."""
        return bool(TRANSITIONS[self.state])


class Lifecycle(RuleBasedStateMachine):
    """An authority and its model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lifecycle-"))
        (self.folder / DATABASE_NAME).write_bytes(founded())
        self.clock = StoppedClock()
        self.authority = Authority.open(self.folder, passphrase=PASSPHRASE, clock=self.clock)
        self.neighbour = self.open_neighbour()
        self.neighbour_s = self.all_of_the_neighbour()
        self.all_certificates: list[ModelCertificate] = []
        self.all_requests: list[ModelRequest] = []
        self.allow_hold = False
        self.names = 0
        self.keys = REUSED - 1

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder)

    def open_neighbour(self) -> Authority:
        """Another authority in the same process, with a certificate that is good and one that is revoked."""
        folder = self.folder / "neighbour"
        folder.mkdir()
        (folder / DATABASE_NAME).write_bytes(founded(1))
        neighbour = Authority.open(folder, passphrase=PASSPHRASE, clock=StoppedClock())
        _, gone = (neighbour.enroll(CertificateProfile.OFFICIAL, SUBJECT) for _ in range(2))
        neighbour.revoke(gone.certificate.serial_number, reason=EXPOSED, act=CHIEF)
        neighbour.crl("issuing")
        return neighbour

    def all_of_the_neighbour(self) -> tuple[object, ...]:
        """Everything it has on record and publishes."""
        other = self.neighbour
        return (
            *(other.journal(), other.issued(), other.requests(), other.settings, other.certificates()),
            *(other.crl("issuing"), other.tsa.certificate, other.base_url),
        )

    # what the model expects

    def key_fault(self, key: int | None, holder: int) -> ErrorCode | None:
        """Whether somebody else has the key, or it is in other hands."""
        if key is None:
            return None
        for certificate in self.all_certificates:
            if certificate.key == key and (certificate.holder != holder or certificate.reason is EXPOSED):
                return ErrorCode.REQUEST_REFUSED
        others = (r for r in self.all_requests if r.is_open and r.key == key and r.holder != holder)
        return ErrorCode.REQUEST_REFUSED if any(others) else None

    def concern_fault(self, certificate: ModelCertificate, kind: RequestKind) -> ErrorCode | None:
        """Whether the certificate concerned is past that."""
        if kind is RequestKind.REVOKE:
            return ErrorCode.WRONG_STATE if certificate.is_revoked else None
        is_replaced = kind in CERTIFYING and any(not successor.is_revoked for successor in certificate.successors)
        is_over = certificate.reason is not None or self.clock.now() > certificate.not_after
        return ErrorCode.WRONG_STATE if is_over or is_replaced else None

    def expect(self, expected: ErrorCode | None, error: VnsignError | None) -> bool:
        """Compare; tell whether the act was done."""
        assert (error.code if error else None) == expected, error
        return error is None

    # what people do

    @initialize(forbids_hold=st.booleans())
    def begin(self, forbids_hold: bool) -> None:  # noqa: FBT001 — hypothesis gives it
        """Begin with three certificates, two of one key, so that there is something to ask about."""
        if not forbids_hold:
            self.wait("decide about holds", 1)
        for _ in range(2):
            self.go_the_whole_way(None, PROFILES[0])
        self.renew_or_change(0, RequestKind.RENEW, -1)

    @rule(key=_KEY, profile=st.sampled_from(PROFILES))
    def ask_for_new(self, key: int | None, profile: CertificateProfile) -> None:
        """Ask, and leave it there."""
        self.submit_new(key, profile)

    def submit_new(self, key: int | None, profile: CertificateProfile) -> ModelRequest | None:
        """Ask for a new certificate; None takes a fresh key."""
        key, holder = self.fresh() if key is None else key, -1 - len(self.all_requests)
        application = Application(
            kind=RequestKind.NEW, agency="A", profile=profile, subject=self.name(), csr=csr_of(key_number(key))
        )
        request = ModelRequest(0, RequestKind.NEW, key, holder, None)
        return self.submit(application, request, self.key_fault(key, holder))

    @rule(pick=_PICK, kind=st.sampled_from(list(RequestKind)[1:]), key=_SAME_OR_OTHER)
    def ask_about(self, pick: int, kind: RequestKind, key: int | None) -> None:
        """Ask, and leave it there."""
        self.submit_about(pick, kind, key)

    def submit_about(self, pick: int, kind: RequestKind, key: int | None) -> ModelRequest | None:
        """Ask for something about a certificate; -1 keeps its key, None takes a fresh one."""
        certificate = self.all_certificates[pick % len(self.all_certificates)]
        is_same = key == -1 or kind not in CERTIFYING
        wanted = certificate.key if is_same else self.fresh() if key is None else key
        application = Application(
            kind=kind,
            agency="A",
            serial=certificate.serial,
            subject=self.name() if kind is RequestKind.CHANGE else None,
            csr=None if is_same else csr_of(key_number(wanted)),
            case=RevocationCase.MANAGER_REQUEST if kind is RequestKind.REVOKE else None,
        )
        waiting = [other for other in self.all_requests if other.is_open and other.about is certificate]
        asked_twice = any(other.kind is kind or {other.kind, kind} <= CERTIFYING for other in waiting)
        expected = ErrorCode.WRONG_STATE if asked_twice else self.concern_fault(certificate, kind)
        if kind in CERTIFYING:
            expected = expected or self.key_fault(wanted, certificate.holder)
        asked_key = wanted if kind in CERTIFYING else None
        return self.submit(application, ModelRequest(0, kind, asked_key, certificate.holder, certificate), expected)

    @rule(key=_KEY, profile=st.sampled_from(PROFILES))
    def go_the_whole_way(self, key: int | None, profile: CertificateProfile) -> None:
        """Ask, approve, issue."""
        request = self.submit_new(key, profile)
        if request is not None:
            self.approve(request)
            self.issue(request)

    @rule(pick=_PICK, kind=st.sampled_from([RequestKind.RENEW, RequestKind.CHANGE]), key=_SAME_OR_OTHER)
    def renew_or_change(self, pick: int, kind: RequestKind, key: int | None) -> None:
        """Ask, approve, issue."""
        request = self.submit_about(pick, kind, key)
        if request is not None:
            self.approve(request)
            self.issue(request)

    @rule(pick=_PICK, state=st.sampled_from(list(RequestState)[1:]))
    def decide(self, pick: int, state: RequestState) -> None:
        """Approve, refuse, withdraw or answer a request."""
        request = self.all_requests[pick % len(self.all_requests)]
        match state:
            case RequestState.APPROVED:
                self.approve(request)
            case RequestState.DONE if request.kind is RequestKind.REVOKE:
                self.revoke_by_request(request)
            case RequestState.DONE:
                self.issue(request)
            case _:
                verb = self.authority.refuse if state is RequestState.REFUSED else self.authority.withdraw
                expected = None if state in TRANSITIONS[request.state] else ErrorCode.WRONG_STATE
                if self.expect(expected, error_of(lambda: verb(request.number, act=CHIEF))):
                    request.state = state

    def submit(
        self, application: Application, request: ModelRequest, expected: ErrorCode | None
    ) -> ModelRequest | None:
        """Submit; compare with what is expected."""
        try:
            record = self.authority.request(application, act=CLERK)
        except VnsignError as exc:
            self.expect(expected, exc)
            return None
        self.expect(expected, None)
        request.number = record.id
        self.all_requests.append(request)
        return request

    def approve(self, request: ModelRequest) -> None:
        """Approve."""
        expected = None if RequestState.APPROVED in TRANSITIONS[request.state] else ErrorCode.WRONG_STATE
        if self.expect(expected, error_of(lambda: self.authority.approve(request.number, act=CHIEF))):
            request.state = RequestState.APPROVED

    def issue(self, request: ModelRequest) -> None:
        """Answer a request with a certificate."""
        expected = self.issue_fault(request)
        # As a list, with a request that cannot be answered beside it.
        outcome, _ = self.authority.issue_all([request.number, 10**6], act=CHIEF)
        if not self.expect(expected, outcome.error):
            return
        assert outcome.record is not None
        assert request.key is not None
        made = outcome.record.certificate
        certificate = ModelCertificate(made.serial_number, request.key, request.holder, made.not_valid_after_utc)
        assert certificate.serial not in {other.serial for other in self.all_certificates}
        request.state = RequestState.DONE
        self.all_certificates.append(certificate)
        if request.about is not None:
            request.about.successors.append(certificate)
            if request.kind is RequestKind.CHANGE:
                assert made.not_valid_after_utc == request.about.not_after
                request.about.reason = x509.ReasonFlags.affiliation_changed

    def issue_fault(self, request: ModelRequest) -> ErrorCode | None:
        """Why a request is not answered."""
        if request.kind not in CERTIFYING:
            return ErrorCode.BAD_ARGUMENT
        if request.state is not RequestState.APPROVED:
            return ErrorCode.WRONG_STATE
        concern = None if request.about is None else self.concern_fault(request.about, request.kind)
        return concern or self.key_fault(request.key, request.holder)

    @rule(pick=_PICK, reason=st.sampled_from(REASONS))
    def revoke(self, pick: int, reason: x509.ReasonFlags) -> None:
        """Revoke for a reason without a request: only an exposed key cannot wait."""
        certificate = self.all_certificates[pick % len(self.all_certificates)]
        expected = None if reason is EXPOSED else ErrorCode.BAD_ARGUMENT
        if certificate.is_revoked:
            expected = None if certificate.reason is reason else ErrorCode.WRONG_STATE
        error = error_of(lambda: self.authority.revoke(certificate.serial, reason=reason, act=CHIEF))
        if self.expect(expected, error) and not certificate.is_revoked:
            certificate.reason = reason
            for other in self.all_certificates:
                if reason is EXPOSED and other.key == certificate.key and not other.is_revoked:
                    other.reason = reason

    def revoke_by_request(self, request: ModelRequest) -> None:
        """Carry out a request for revocation."""
        certificate, reason = request.about, x509.ReasonFlags.privilege_withdrawn
        assert certificate is not None
        is_other = certificate.is_revoked and certificate.reason is not reason
        is_ready = request.state is RequestState.APPROVED
        error = error_of(
            lambda: self.authority.revoke(
                certificate.serial, case=RevocationCase.MANAGER_REQUEST, request_id=request.number, act=CHIEF
            )
        )
        if self.expect(None if is_ready and not is_other else ErrorCode.WRONG_STATE, error):
            certificate.reason = reason
            request.state = RequestState.DONE

    @rule(pick=_PICK, verb=st.sampled_from(["hold", "release"]))
    def suspend(self, pick: int, verb: str) -> None:
        """Suspend, or end a suspension."""
        certificate = self.all_certificates[pick % len(self.all_certificates)]
        is_held = certificate.reason is x509.ReasonFlags.certificate_hold
        is_possible = is_held or (certificate.ever_released and certificate.reason is None)
        if verb == "hold":
            is_possible = not certificate.is_revoked
        expected = None if is_possible else ErrorCode.WRONG_STATE
        expected = expected if self.allow_hold else ErrorCode.BAD_ARGUMENT
        act = getattr(self.authority, verb)
        if self.expect(expected, error_of(lambda: act(certificate.serial, act=CHIEF))):
            certificate.ever_released = certificate.ever_released or verb == "release"
            certificate.reason = x509.ReasonFlags.certificate_hold if verb == "hold" else None

    @rule(
        what=st.sampled_from(["wait", "wait", "open again", "decide about holds"]), days=st.sampled_from([1, 30, 900])
    )
    def wait(self, what: str, days: int) -> None:
        """Let time pass, open the authority again as after a crash, or change its settings."""
        match what:
            case "open again":
                self.authority = Authority.open(self.folder, passphrase=PASSPHRASE, clock=self.clock)
            case "decide about holds":
                self.allow_hold = not self.allow_hold
                changed = replace(self.authority.settings, allow_hold=self.allow_hold)
                self.authority.change_settings(changed, act=CHIEF)
            case _:
                self.clock.time += timedelta(days=days, seconds=1)

    def fresh(self) -> int:
        """Return the number of a key nobody has."""
        self.keys += 1
        return self.keys

    def name(self) -> Subject:
        """Return a subject of its own."""
        self.names += 1
        return replace(SUBJECT, common_name=f"Người thứ {self.names}")

    # what must be so after every step

    @invariant()
    def record_list_and_journal_say_what_the_model_says(self) -> None:
        """Status on record, on the list and in the model are one; the journal is whole."""
        listed = {
            entry.serial_number: entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
            for entry in load_crl(self.authority.crl("issuing"))
        }
        model = {each.serial: each.reason for each in self.all_certificates if each.reason is not None}
        assert listed == model
        for certificate in self.all_certificates:
            record = self.authority.find(certificate.serial)
            assert record is not None
            assert (record.revocation.reason if record.revocation else None) is certificate.reason
            assert record.certificate.public_key() == key_number(certificate.key).public_key()
        assert [request.state for request in self.authority.requests()] == [each.state for each in self.all_requests]
        assert len(self.authority.issued()) == 5 + len(self.all_certificates)
        assert self.authority.verify_journal().findings == ()

    @invariant()
    def another_authority_is_untouched(self) -> None:
        """Two authorities share nothing: neither rows nor keys, nor anything kept in the process."""
        assert self.all_of_the_neighbour() == self.neighbour_s
        assert all(self.neighbour.find(each.serial) is None for each in self.all_certificates)
        assert not {*self.neighbour.certificates()} & {*self.authority.certificates()}


def error_of(act: object) -> VnsignError | None:
    """Do it; return the error, if any."""
    try:
        act()  # type: ignore[operator]
    except VnsignError as exc:
        return exc
    return None


_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.mark.slow
class TestLifecycle(Lifecycle.TestCase):  # type: ignore[misc, valid-type]
    """A few lives."""

    settings = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=_QUIET)


@pytest.mark.soak
class TestManyLives(Lifecycle.TestCase):  # type: ignore[misc, valid-type]
    """Many and longer ones."""

    settings = settings(max_examples=600, stateful_step_count=60, deadline=None, suppress_health_check=_QUIET)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One authority for all examples: they share a record as subscribers do."""
    folder, clock = tmp_path_factory.mktemp("desk"), StoppedClock()
    return Desk(new_authority(folder, clock), clock)


_letters = st.characters(codec="utf-8", exclude_categories=["C", "Z"])
_texts = st.text(_letters, min_size=1, max_size=20)
_subjects = st.builds(
    Subject,
    common_name=_texts,
    organization=_texts,
    units=st.lists(_texts, max_size=2).map(tuple),
    locality=st.none() | _texts,
    email=st.none() | st.from_regex(r"[a-z][a-z0-9]{0,10}@[a-z]{1,9}\.gov\.vn", fullmatch=True),
)


def make_key(kind: str) -> PrivateKey:
    """Make a key of a kind in :data:`KEYS`; RSA of the least size that is accepted."""
    if kind == "rsa2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return generate_private_key(KeyAlgorithm(kind))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    subject=_subjects,
    profile=st.sampled_from(PROFILES),
    algorithm=st.sampled_from(KEYS),
    days=st.none() | st.integers(1, 5 * 365),
    named=st.booleans(),
)
def test_what_is_accepted_is_certified_as_it_was_asked_for(
    desk: Desk, *, subject: Subject, profile: CertificateProfile, algorithm: str, days: int | None, named: bool
) -> None:
    """The certificate, read from its bytes, names the subject, holds the key and ends when it was asked to."""
    key = make_key(algorithm)
    not_after = None if days is None else desk.clock.now() + timedelta(days=days)
    application = desk.new(
        subject=subject, profile=profile, csr=csr_of(key, subject if named else None), not_after=not_after
    )
    record = desk.issued(application)
    certificate = x509.load_der_x509_certificate(desk.found(record).certificate.public_bytes(Encoding.DER))
    found = subject_of(certificate)
    assert (found.to_name(), found.email) == (subject.to_name(), subject.email)
    assert certificate.public_key() == key.public_key()
    start = desk.clock.now() - timedelta(minutes=5)
    assert certificate.not_valid_before_utc == start
    longest = start.replace(year=start.year + 5) - timedelta(seconds=1)
    assert certificate.not_valid_after_utc == (not_after or longest)
    assert certificate.serial_number.bit_length() > 64
    assert record.profile is profile


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    subjects=st.tuples(_subjects, _subjects),
    profile=st.sampled_from(PROFILES),
    kind=st.sampled_from([RequestKind.RENEW, RequestKind.CHANGE]),
    algorithms=st.tuples(st.sampled_from(KEYS), st.none() | st.sampled_from(KEYS)),
    days=st.none() | st.integers(1, 3 * 365),
)
def test_what_renews_or_changes_is_certified_as_it_was_asked_for(
    desk: Desk,
    *,
    subjects: tuple[Subject, Subject],
    profile: CertificateProfile,
    kind: RequestKind,
    algorithms: tuple[str, str | None],
    days: int | None,
) -> None:
    """A renewal keeps the name, a change the end; the key is the old one, or the one that was brought."""
    before, after = subjects[0], subjects[0] if kind is RequestKind.RENEW else subjects[1]
    assume(kind is RequestKind.RENEW or before.common_name.casefold() != after.common_name.casefold())
    old_key = make_key(algorithms[0])
    key = old_key if algorithms[1] is None else make_key(algorithms[1])
    old = desk.issued(desk.new(subject=before, profile=profile, csr=csr_of(old_key)))
    not_after = None if days is None or kind is RequestKind.CHANGE else desk.clock.now() + timedelta(days=days)
    changes = {"subject": after} if kind is RequestKind.CHANGE else {}
    csr = None if key is old_key else csr_of(key)
    record = desk.issued(desk.about(old, kind, csr=csr, not_after=not_after, **changes))
    certificate = x509.load_der_x509_certificate(desk.found(record).certificate.public_bytes(Encoding.DER))
    found = subject_of(certificate)
    assert (found.to_name(), found.email) == (after.to_name(), after.email)
    assert certificate.public_key() == key.public_key()
    start = desk.clock.now() - timedelta(minutes=5)
    longest = start.replace(year=start.year + 3) - timedelta(seconds=1)
    end = old.certificate.not_valid_after_utc if kind is RequestKind.CHANGE else not_after or longest
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (start, end)
    assert (record.profile, record.subscriber) == (profile, old.subscriber)
    assert record.replaces == old.certificate.serial_number != certificate.serial_number
    assert (desk.found(old).revocation is None) is (kind is RequestKind.RENEW)
