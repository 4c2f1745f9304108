"""Several processes, and processes that die: no serial number twice, no certificate without its row."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography import x509

from tests.support import REPOSITORY
from tests.unit.vnsign.authority.making import PASSPHRASE
from vnsign.adapters.clock import SystemClock
from vnsign.authority import Authority
from vnsign.pki.certificates import load_certificate
from vnsign.pki.crl import load_crl
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

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
        authority.revoke(certificate.serial_number, act=Act(by="test"))
        authority.crl("issuing")
"""


def new_authority(folder: Path) -> Authority:
    """Make one that opens quickly."""
    with pytest.MonkeyPatch.context() as patch:
        # The cost is kept with the keys: a low one here makes every opening quick.
        patch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
        return Authority.create(
            folder, name="A", organization="B", base_url="http://ca.example", passphrase=PASSPHRASE, clock=SystemClock()
        )


def start(folder: Path, count: int) -> subprocess.Popen[str]:
    """Start a process that issues ``count`` certificates and prints each."""
    command = [sys.executable, "-c", ISSUER, str(folder), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def test_two_processes_issue_at_once_and_no_serial_number_is_used_twice(tmp_path: Path) -> None:
    """Every certificate that left is on record, every list has its own number."""
    authority = new_authority(tmp_path)
    processes = [start(tmp_path, 20) for _ in range(2)]
    lines = [line for process in processes for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in processes] == [0, 0]
    left = [load_certificate(bytes.fromhex(line)) for line in lines]
    recorded = {item.certificate.serial_number: item for item in authority.issued()}
    assert len(left) == len({certificate.serial_number for certificate in left}) == 40
    assert {certificate.serial_number for certificate in left} <= set(recorded)
    assert len(recorded) == 45
    newest = load_crl(authority.crl("issuing"))
    assert {entry.serial_number for entry in newest} == {s for s, item in recorded.items() if item.revocation}
    assert len(newest) == 8
    assert newest.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number <= 9


def test_a_killed_process_leaves_an_authority_that_opens_and_a_record_without_gaps(tmp_path: Path) -> None:
    """Kill -9 in the middle, several times: whatever left before is on record, and work goes on."""
    new_authority(tmp_path)
    left: list[str] = []
    for delay_s in (0.01, 0.05, 0.1):
        process = start(tmp_path, 10_000)
        assert process.stdout is not None
        left.append(process.stdout.readline().strip())
        time.sleep(delay_s)
        os.kill(process.pid, signal.SIGKILL)
        left += [line for line in process.communicate()[0].split("\n")[:-1] if line]
    authority = Authority.open(tmp_path, passphrase=PASSPHRASE, clock=SystemClock())
    recorded = {item.certificate for item in authority.issued()}
    certificates = [load_certificate(bytes.fromhex(line)) for line in left]
    assert len(certificates) >= 3
    assert set(certificates) <= recorded
    authority.enroll(CertificateProfile.OFFICIAL, Subject(common_name="A", organization="B"))
    assert len(authority.issued()) == len(recorded) + 1
