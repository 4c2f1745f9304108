"""``vnsign trust``: nothing is trusted that was not compared, and nothing that is no authority's."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.materials import Office, make_office
from tests.support import require_data
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.cli.group import cli
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.anchors import fingerprint
from vnsign.policy.known_anchors import KNOWN_AUTHORITIES, Scheme


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def root(office: Office, tmp_path: Path) -> Path:
    """The root's certificate in a file."""
    file = tmp_path / "root.cer"
    file.write_bytes(office.authority.certificates()[0].public_bytes(Encoding.DER))
    return file


def trust(store: Path, *arguments: str) -> Result:
    """Run a command of the group on a store."""
    return CliRunner().invoke(cli, ["trust", *arguments, "--store", str(store / "store")])


def added(tmp_path: Path, file: Path, sha256: str) -> Result:
    """Add a file to the scheme ``own``."""
    return trust(tmp_path, "add", str(file), "--scheme", "own", "--sha256", sha256)


def test_add_list_verify_remove(office: Office, root: Path, tmp_path: Path) -> None:
    """The whole life of an anchor; the folder of the scheme is what --trust takes."""
    anchor = office.authority.certificates()[0]
    sha256 = fingerprint(anchor)

    assert added(tmp_path, root, sha256).exit_code == 0
    again = trust(tmp_path, "add", str(root), "--scheme", "own", "--sha256", sha256, "--lang", "en")
    assert "Already in" in again.stdout
    assert read_trust_folder(tmp_path / "store/own").anchors == (anchor,)

    listed = json.loads(trust(tmp_path, "list", "--json").stdout)["certificates"]
    assert [(entry["scheme"], entry["sha256"], entry["role"]) for entry in listed] == [("own", sha256, "anchor")]
    assert sha256 in trust(tmp_path, "list").stdout

    assert trust(tmp_path, "remove", sha256.upper()).exit_code == 0
    assert trust(tmp_path, "remove", sha256).exit_code == 1
    assert read_trust_folder(tmp_path / "store/own").anchors == ()


def test_without_a_fingerprint_it_is_shown_and_nothing_is_added(root: Path, tmp_path: Path) -> None:
    """A script must say what it compared; wrong usage tells what to compare."""
    result = trust(tmp_path, "add", str(root), "--scheme", "own")
    sha256 = fingerprint(x509.load_der_x509_certificate(root.read_bytes()))

    assert result.exit_code == 2  # click's own; main() makes it 64
    assert sha256 in result.stderr
    assert not (tmp_path / "store").exists()


def test_another_fingerprint_is_refused(root: Path, tmp_path: Path) -> None:
    """Whatever the certificate calls itself."""
    result = added(tmp_path, root, "00" * 32)

    assert result.exit_code != 0
    assert "nothing was added" in result.stderr
    assert not (tmp_path / "store").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "folders"), [(b"y\n", ["own"]), (b"n\n", []), (b"\n", [])])
def test_a_person_is_shown_the_fingerprint_and_asked(
    answer: bytes,
    folders: list[str],
    root: Path,
    tmp_path: Path,
) -> None:
    """On a terminal; only "yes" adds."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "vnsign", "trust", "add", str(root), "--scheme", "own", "--store", "store"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        os.close(theirs)
        os.write(ours, answer)
        said, _ = asked.communicate(timeout=60)
    os.close(ours)

    assert fingerprint(x509.load_der_x509_certificate(root.read_bytes())) in said.decode()
    assert [folder.name for folder in tmp_path.glob("store/*")] == folders


def test_a_signers_certificate_is_no_authority(office: Office, tmp_path: Path) -> None:
    """Never a certificate that is no CA, not even with the right fingerprint; of several, none is added."""
    bundle = tmp_path / "bundle.pem"
    certificates = (office.authority.certificates()[0], office.leader.certificate)
    bundle.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in certificates))
    expected = [part for c in certificates for part in ("--sha256", fingerprint(c))]

    result = trust(tmp_path, "add", str(bundle), "--scheme", "own", *expected)

    assert result.exit_code != 0
    assert isinstance(result.exception, Exception)
    assert not (tmp_path / "store").exists()


def test_a_root_that_only_says_it_is_self_signed_is_refused(office: Office, tmp_path: Path) -> None:
    """Equal names are not enough."""
    forged = bytearray(office.authority.certificates()[0].public_bytes(Encoding.DER))
    forged[-1] ^= 1
    file = tmp_path / "forged.cer"
    file.write_bytes(forged)
    sha256 = fingerprint(x509.load_der_x509_certificate(bytes(forged)))

    assert added(tmp_path, file, sha256).exit_code != 0
    assert not (tmp_path / "store").exists()


def test_a_file_that_was_replaced_is_not_trusted(office: Office, root: Path, tmp_path: Path) -> None:
    """The name of a file in a store is the fingerprint of what must be in it."""
    anchor, issuing = office.authority.certificates()
    assert added(tmp_path, root, fingerprint(anchor)).exit_code == 0
    file = tmp_path / f"store/own/{fingerprint(anchor)}.pem"
    file.write_bytes(issuing.public_bytes(Encoding.PEM))

    with pytest.raises(InputError) as refused:
        read_trust_folder(tmp_path / "store/own")

    assert refused.value.code is ErrorCode.MALFORMED_CERTIFICATE
    assert trust(tmp_path, "list").exit_code != 0


def test_removal_leaves_the_others_of_a_file(office: Office, tmp_path: Path) -> None:
    """A bundle that somebody put there by hand."""
    anchor, issuing = office.authority.certificates()
    folder = tmp_path / "store/own"
    folder.mkdir(parents=True)
    (folder / "bundle.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in (anchor, issuing)))

    assert trust(tmp_path, "remove", fingerprint(anchor)).exit_code == 0
    assert read_trust_folder(folder).intermediates == (issuing,)
    assert read_trust_folder(folder).anchors == ()


def test_known_authorities_are_named_and_kept_to_their_scheme(tmp_path: Path) -> None:
    """The Government's own roots by their fingerprints; put into the public scheme they are refused."""
    known = 0
    for file in sorted(require_data("vgca").glob("certs-*/*")):
        data = file.read_bytes()
        try:
            parse = x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
            sha256 = fingerprint(parse(data))
        except ValueError:
            continue
        authority = KNOWN_AUTHORITIES.get(sha256)
        if authority is None or authority.scheme is not Scheme.OFFICIAL_USE:
            continue
        refused = trust(tmp_path, "add", str(file), "--scheme", "vn-public", "--sha256", sha256)
        assert "vn-official" in str(refused.exception)
        said = trust(tmp_path, "add", str(file), "--scheme", "vn-official", "--sha256", sha256, "--json")
        assert json.loads(said.stdout)["known_as"] == authority.name
        known += 1
    assert known >= 2
    assert not (tmp_path / "store/vn-public").exists()


@pytest.mark.parametrize("sha256", ["", "00", "zz" * 32, "0" * 63])
def test_a_fingerprint_that_is_none_is_wrong_usage(sha256: str, tmp_path: Path) -> None:
    """A prefix names nobody."""
    assert trust(tmp_path, "remove", sha256).exit_code == 2
