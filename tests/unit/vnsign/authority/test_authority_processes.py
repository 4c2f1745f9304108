"""Several processes, dying processes, full disks: no serial number twice, no certificate without its row."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support import REPOSITORY, fill, postgres_database, small_file_system
from tests.unit.vnsign.authority.making import PASSPHRASE
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Act, Authority
from vnsign.authority.records import Application, JournalAct, OwnRole
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.certificates import load_certificate
from vnsign.pki.crl import load_crl
from vnsign.pki.keys import KeyAlgorithm, generate_private_key
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import RequestKind, RequestState
from vnsign.policy.profiles import CertificateProfile

ACT = Act(by="Trần Thị Bình", why="theo danh sách")
SUBJECT = Subject(common_name="A", organization="B")

ISSUER = """
import sys
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.vnsign.authority.making import PASSPHRASE
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Act, Authority
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

authority = Authority.open(sys.argv[1], passphrase=PASSPHRASE, clock=SystemClock())
subject = Subject(common_name="A", organization="B")
for number in range(int(sys.argv[2])):
    certificate = authority.enroll(CertificateProfile.SERVICE, subject).certificate
    # One write, so that a kill leaves whole lines only.
    sys.stdout.write(certificate.public_bytes(Encoding.DER).hex() + "\\n")
    sys.stdout.flush()
    if number % 5 == 4:
        authority.revoke(certificate.serial_number, act=Act(by="test", why="test"))
        authority.crl("issuing")
"""


ANSWERER = """
import sys
from tests.unit.vnsign.authority.making import PASSPHRASE
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Act, Authority
from vnsign.errors import VnsignError

authority = Authority.open(sys.argv[1], passphrase=PASSPHRASE, clock=SystemClock())
print("ready", flush=True)
sys.stdin.readline()
for number in map(int, sys.argv[2].split(",")):
    try:
        record = authority.issue(number, act=Act(by="test", why="test"))
    except VnsignError as error:
        print(number, error.code.value)
    else:
        print(number, f"{record.certificate.serial_number:x}")
"""


FOUNDER = """
import sys
from tests.unit.vnsign.authority.making import PASSPHRASE
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Authority
from vnsign.errors import VnsignError

try:
    Authority.create(
        sys.argv[1],
        name="A",
        organization="B",
        base_url="http://ca.example",
        passphrase=PASSPHRASE,
        clock=SystemClock(),
    )
except VnsignError as error:
    print(error.code.value)
else:
    print("founded")
"""

# A limit on the size of files stands for a full disk where nobody may mount one.
LIMITED = """
import os, resource, sys
from tests.unit.vnsign.authority.making import PASSPHRASE
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Authority
from vnsign.errors import VnsignError
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

authority = Authority.open(sys.argv[1], passphrase=PASSPHRASE, clock=SystemClock())
subject = Subject(common_name="A", organization="B")
size = os.path.getsize(sys.argv[1] + "/authority.sqlite") + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
while True:
    try:
        certificate = authority.enroll(CertificateProfile.SERVICE, subject).certificate
    except VnsignError as error:
        print(error.code.value)
        break
    print(f"{certificate.serial_number:x}")
"""


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an authority may be."""
    if request.param == "sqlite":
        yield str(tmp_path)
    else:
        with postgres_database() as address:
            yield address


def new_authority(location: str | Path) -> Authority:
    """Make one that opens quickly."""
    with pytest.MonkeyPatch.context() as patch:
        # The cost is kept with the keys: a low one here makes every opening quick.
        patch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
        return Authority.create(
            location,
            name="A",
            organization="B",
            base_url="http://ca.example",
            passphrase=PASSPHRASE,
            clock=SystemClock(),
        )


def start(location: str, count: int) -> subprocess.Popen[str]:
    """Start a process that issues ``count`` certificates and prints each."""
    command = [sys.executable, "-c", ISSUER, location, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def serials_on_record(authority: Authority) -> set[int]:
    """Return the serial numbers of what was issued to others; the journal knows each of them and nothing else."""
    assert authority.verify_journal().findings == ()
    own = {role.value for role in OwnRole}
    return {item.certificate.serial_number for item in authority.issued() if item.subscriber not in own}


@pytest.mark.slow
def test_two_processes_issue_at_once_and_no_serial_number_is_used_twice(location: str) -> None:
    """Every certificate that left is on record, every list has its own number."""
    authority = new_authority(location)
    processes = [start(location, 20) for _ in range(2)]
    lines = [line for process in processes for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in processes] == [0, 0]
    left = [load_certificate(bytes.fromhex(line)).serial_number for line in lines]
    assert len(left) == len(set(left)) == 40
    assert set(left) == serials_on_record(authority)
    newest = load_crl(authority.crl("issuing"))
    revoked = {item.certificate.serial_number for item in authority.issued() if item.revocation}
    assert {entry.serial_number for entry in newest} == revoked
    assert len(newest) == 8
    assert newest.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number <= 9


@pytest.mark.slow
def test_two_processes_answer_the_same_requests_and_each_gets_one_certificate(location: str) -> None:
    """New ones and renewals, both processes from the same moment: the one that comes second is told so."""
    authority = new_authority(location)
    clerk, chief = ACT, Act(by="Lê Văn Cường")
    asked = [authority.request(application(number), act=clerk).id for number in range(20)]
    for number in asked:
        authority.approve(number, act=chief)
    old = [authority.issue(number, act=chief) for number in asked[:8]]
    renewals = [
        authority.request(
            Application(kind=RequestKind.RENEW, agency="Sở Y tế", serial=record.certificate.serial_number), act=clerk
        ).id
        for record in old
    ]
    for number in renewals:
        authority.approve(number, act=chief)
    waiting = [*asked[8:], *renewals]
    command = [sys.executable, "-c", ANSWERER, location, ",".join(map(str, waiting))]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        for _ in range(2)
    ]
    assert [process.stdout.readline() for process in processes if process.stdout] == ["ready\n"] * 2
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [line.split() for process in processes for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in processes] == [0, 0]
    late = [int(number) for number, outcome in lines if outcome == ErrorCode.WRONG_STATE]
    made = {int(number): int(outcome, 16) for number, outcome in lines if outcome != ErrorCode.WRONG_STATE}
    assert sorted(late) == sorted(made) == sorted(waiting)
    assert len(lines) == 2 * len(waiting)
    assert {record.certificate.serial_number for record in old} | set(made.values()) == serials_on_record(authority)
    assert len(set(made.values())) == len(waiting)
    assert {record.state for record in authority.requests()} == {RequestState.DONE}
    by_request = {record.request_id: record.certificate.serial_number for record in authority.issued()}
    assert {number: by_request[number] for number in waiting} == made


@pytest.mark.slow
def test_a_killed_process_leaves_an_authority_that_opens_and_a_record_without_gaps(location: str) -> None:
    """Kill -9 in the middle, several times: whatever left before is on record, and work goes on."""
    new_authority(location)
    left: list[str] = []
    for delay_s in (0.01, 0.1):
        process = start(location, 10_000)
        assert process.stdout is not None
        left.append(process.stdout.readline().strip())
        time.sleep(delay_s)
        os.kill(process.pid, signal.SIGKILL)
        left += [line for line in process.communicate()[0].split("\n")[:-1] if line]
    authority = Authority.open(location, passphrase=PASSPHRASE, clock=SystemClock())
    recorded = serials_on_record(authority)
    assert len(left) >= 2
    assert {load_certificate(bytes.fromhex(line)).serial_number for line in left} <= recorded
    authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    assert len(serials_on_record(authority)) == len(recorded) + 1


@pytest.mark.slow
def test_two_processes_found_one_authority_and_one_of_them_loses(location: str) -> None:
    """Not two roots and not half of each: the loser is told that one is there."""
    processes = [
        subprocess.Popen([sys.executable, "-c", FOUNDER, location], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        for _ in range(2)
    ]
    outcomes = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert outcomes == ["authority_exists", "founded"]
    authority = Authority.open(location, passphrase=PASSPHRASE, clock=SystemClock())
    assert [entry.act for entry in authority.journal()] == [JournalAct.FOUNDED]
    assert serials_on_record(authority) == set()


@pytest.mark.slow
def test_a_file_that_may_not_grow_stops_issuing_and_loses_nothing(tmp_path: Path) -> None:
    """Our error, the record whole, and work goes on when there is room again."""
    authority = new_authority(tmp_path)
    for room in (0, 9_000):
        lines = subprocess.run(
            [sys.executable, "-c", LIMITED, str(tmp_path), str(room)],
            capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60,
        ).stdout.split()  # fmt: skip
        assert lines[-1] == ErrorCode.OUTPUT_NOT_WRITABLE
        assert {int(line, 16) for line in lines[:-1]} <= serials_on_record(authority)
    before = serials_on_record(authority)
    authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    assert len(serials_on_record(authority)) == len(before) + 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; the limit on the size of files, which needs no rights, stands in for it."""
    with small_file_system(tmp_path / "disk", megabytes=1) as folder:
        yield folder


@pytest.mark.slow
def test_a_disk_that_is_full_stops_issuing_and_loses_nothing(small_disk: Path) -> None:
    """Whatever room is left, page by page: each verb fails as our error or is done wholly; then work goes on."""
    authority = new_authority(small_disk)
    filler = small_disk / "filler"
    done: set[int] = set()
    for free_pages in range(12):
        fill(filler, leave=free_pages * 4096)
        errors = set()
        for _ in range(40):
            try:
                done.add(authority.enroll(CertificateProfile.SERVICE, SUBJECT).certificate.serial_number)
            except VnsignError as error:
                errors.add(error.code)
        assert errors == {ErrorCode.OUTPUT_NOT_WRITABLE}
        filler.unlink()
        assert serials_on_record(authority) == done
    authority.enroll(CertificateProfile.OFFICIAL, SUBJECT)
    assert len(serials_on_record(authority)) == len(done) + 1


def test_a_batch_on_a_full_disk_is_on_record_as_far_as_it_was_told(small_disk: Path) -> None:
    """Requests taken in by the chunk: the error leaves, and what was told before is there."""
    authority = new_authority(small_disk)
    applications = [application(number) for number in range(200)]
    fill(small_disk / "filler", leave=200_000)
    told = []

    def take_in() -> None:
        for outcome in authority.request_all(applications, act=ACT):
            assert outcome.error is None
            told.append(outcome.record)

    with pytest.raises(VnsignError) as caught:
        take_in()
    assert caught.value.code is ErrorCode.OUTPUT_NOT_WRITABLE
    (small_disk / "filler").unlink()
    assert 0 < len(told) < 200
    assert list(authority.requests()) == told
    assert authority.verify_journal().findings == ()
    take_in_again = [outcome.error for outcome in authority.request_all(applications[len(told) :], act=ACT)]
    assert take_in_again == [None] * (200 - len(told))


def application(number: int) -> Application:
    """Return what an agency asks for, with a key of its own."""
    subject = Subject(common_name=f"Nguyễn Văn {number}", organization="Sở Y tế")
    key = generate_private_key(KeyAlgorithm.P256)
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject.to_name()).sign(key, hashes.SHA256())
    return Application(
        kind=RequestKind.NEW,
        agency="Sở Y tế",
        profile=CertificateProfile.SERVICE,
        subject=subject,
        csr=csr.public_bytes(Encoding.DER),
    )
