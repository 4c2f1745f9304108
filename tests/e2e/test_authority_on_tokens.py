"""A whole authority whose keys are in tokens, the root's in one of its own that lies in a safe; openssl judges."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.hsm_kit import PIN, MadeToken, keys_on, module, new_token
from tests.unit.vnsign.authority.making import openssl, pem
from vnsign.adapters.clock import SystemClock
from vnsign.adapters.pkcs11 import TokenGroup
from vnsign.authority.authority import Authority
from vnsign.authority.records import Act
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.keys import KeyAlgorithm
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

ACT = Act(by="người vận hành", why="thử")


class NextYear(SystemClock):
    """A clock of a year from now."""

    def now(self) -> datetime:
        """Return the time in a year."""
        return super().now() + timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Kept:
    """An authority on two tokens."""

    folder: Path
    daily: MadeToken
    root: MadeToken
    root_crl: bytes


@pytest.fixture(
    scope="module", params=[KeyAlgorithm.P256, pytest.param(KeyAlgorithm.RSA_2048, marks=pytest.mark.slow)], ids=str
)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Founded with both tokens; then the root's goes back into the safe."""
    daily, root = new_token(), new_token()
    folder = tmp_path_factory.mktemp("tokens") / "ca"
    root_keys = keys_on(root.label)
    founded = Authority.create(
        folder,
        name="Tỉnh An Bình",
        organization="UBND tỉnh An Bình",
        base_url="http://ca.example",
        passphrase=b"",
        clock=SystemClock(),
        key_algorithm=request.param,
        keys=TokenGroup(keys_on(daily.label), by_role={"root": root_keys}),
        act=ACT,
    )
    root_crl = founded.crl("root")
    root_keys.close()
    return Kept(folder=folder, daily=daily, root=root, root_crl=root_crl)


# Run in a process of its own, as a service is started: only the daily token is there.
_DAY = """
import sys
from pathlib import Path
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from vnsign.adapters.clock import SystemClock
from vnsign.adapters.pkcs11 import TokenKeys
from vnsign.authority.authority import Authority
from vnsign.authority.records import Act
from vnsign.errors import VnsignError
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

folder, module, label, pin = Path(sys.argv[1]), *sys.argv[2:5]
out = folder.parent / "out"
out.mkdir()
authority = Authority.open(
    folder, passphrase=b"", clock=SystemClock(), keys=TokenKeys(module, token_label=label, pin=pin)
)
act = Act(by="service")
root, issuing = authority.certificates()
leaf = authority.enroll(
    CertificateProfile.OFFICIAL, Subject(common_name="An", organization="UBND", email="an@example.vn"), act=act
).certificate
out.joinpath("leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
out.joinpath("issuing.crl").write_bytes(authority.crl("issuing"))
for which, certificate, issuer in (("issuing", leaf, issuing), ("root", issuing, root)):
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    answer = authority.answer_ocsp(which, request.public_bytes(Encoding.DER))
    out.joinpath(f"{which}.ocsp").write_bytes(answer)
out.joinpath("answer.tsr").write_bytes(authority.answer_timestamp(folder.parent.joinpath("query.tsq").read_bytes()))
try:
    authority.renew_own("ocsp-root", act=act)
except VnsignError as error:
    print(error.code.value, label in str(error))
"""


@pytest.mark.slow
def test_daily_work_goes_on_without_the_roots_token(kept: Kept, tmp_path: Path) -> None:
    """Issue, list, OCSP of both, timestamps, in a new process; what only the root may sign names the token to fetch."""
    work = kept.folder.parent
    openssl("ts", "-query", "-data", __file__, "-sha256", "-cert", "-out", work / "query.tsq")
    arguments = (str(kept.folder), module(), kept.daily.label, PIN)
    day = subprocess.run([sys.executable, "-c", _DAY, *arguments], capture_output=True, text=True, check=False)
    assert day.stderr == ""
    assert day.stdout == "key_unavailable True\n"

    opened = Authority.open(kept.folder, passphrase=b"", clock=SystemClock(), keys=keys_on(kept.daily.label))
    root, issuing = opened.certificates()
    out, roots, both = work / "out", tmp_path / "root.pem", tmp_path / "both.pem"
    roots.write_bytes(pem(root))
    both.write_bytes(pem(root, issuing))
    (tmp_path / "issuing.pem").write_bytes(pem(issuing))
    lists = [x509.load_der_x509_crl(each) for each in (kept.root_crl, (out / "issuing.crl").read_bytes())]
    (tmp_path / "lists.pem").write_bytes(pem(*lists))
    path = openssl("verify", "-crl_check_all", "-CRLfile", tmp_path / "lists.pem", "-CAfile", roots, "-untrusted", both,
                   out / "leaf.pem")  # fmt: skip
    assert path.returncode == 0, path.stderr.decode()
    for which, certificate, issuer in (("issuing", out / "leaf.pem", tmp_path / "issuing.pem"),
                                       ("root", tmp_path / "issuing.pem", roots)):  # fmt: skip
        asked = openssl("ocsp", "-respin", out / f"{which}.ocsp", "-issuer", issuer, "-sha256", "-cert", certificate,
                        "-CAfile", roots, "-verify_other", both)  # fmt: skip
        assert b"Response verify OK" in asked.stderr
        assert b": good" in asked.stdout
    stamped = openssl("ts", "-verify", "-in", out / "answer.tsr", "-queryfile", work / "query.tsq", "-CAfile", roots,
                      "-untrusted", tmp_path / "issuing.pem")  # fmt: skip
    assert b"Verification: OK" in stamped.stdout


def test_what_only_the_root_signs_waits_for_its_token_and_is_made_when_it_is_there(kept: Kept) -> None:
    """OCSP tells a revocation at once; the last list is given while it is in force, then the token is named."""
    daily = Authority.open(kept.folder, passphrase=b"", clock=SystemClock(), keys=keys_on(kept.daily.label))
    root, issuing = daily.certificates()
    daily.revoke(issuing.serial_number, reason=x509.ReasonFlags.ca_compromise, act=ACT)
    asked = ocsp.OCSPRequestBuilder().add_certificate(issuing, root, hashes.SHA256()).build()
    answer = ocsp.load_der_ocsp_response(daily.answer_ocsp("root", asked.public_bytes(Encoding.DER)))
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert daily.crl("root") == kept.root_crl
    later = Authority.open(kept.folder, passphrase=b"", clock=NextYear(), keys=keys_on(kept.daily.label))
    with pytest.raises(VnsignError) as caught:
        later.crl("root")
    assert caught.value.code is ErrorCode.KEY_UNAVAILABLE
    assert repr(kept.root.label) in str(caught.value)

    both = TokenGroup(keys_on(kept.daily.label), by_role={"root": keys_on(kept.root.label)})
    whole = Authority.open(kept.folder, passphrase=b"", clock=SystemClock(), keys=both)
    made = x509.load_der_x509_crl(whole.crl("root"))
    assert made.get_revoked_certificate_by_serial_number(issuing.serial_number) is not None
    assert daily.crl("root") == made.public_bytes(Encoding.DER)
    assert daily.verify_journal().findings == ()


def test_a_token_that_is_pulled_out_leaves_the_database_whole(tmp_path: Path) -> None:
    """In the middle of the day: the certificate under way is not on record, all before it is."""
    token = new_token()
    keys = keys_on(token.label)
    authority = Authority.create(
        tmp_path / "ca",
        name="Thử",
        organization="UBND",
        base_url="http://ca.example",
        passphrase=b"",
        clock=SystemClock(),
        keys=keys,
        act=ACT,
    )
    subject = Subject(common_name="An", organization="UBND", email="an@example.vn")
    authority.enroll(CertificateProfile.OFFICIAL, subject, act=ACT)
    before = authority.issued()
    keys.close()
    for action in (
        lambda: authority.enroll(CertificateProfile.OFFICIAL, subject, act=ACT),
        lambda: authority.renew_own("tsa", act=ACT),
    ):
        with pytest.raises(VnsignError):
            action()
    assert authority.answer_timestamp(b"") != b""
    assert authority.issued() == before
    assert authority.verify_journal().findings == ()
    again = Authority.open(tmp_path / "ca", passphrase=b"", clock=SystemClock(), keys=keys_on(token.label))
    again.enroll(CertificateProfile.OFFICIAL, subject, act=ACT)
    assert len(again.issued()) == len(before) + 1
