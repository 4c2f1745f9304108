"""openssl: ``ca``, ``ocsp`` and ``ts``, as a small authority would run them.

``openssl ca`` signs many requests in one process and writes an index and a file for each certificate. ``openssl ocsp``
serves HTTP, one request a connection. ``openssl ts -reply`` has no server: each token costs a process.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks.http_client import post

_START_TRIES, _START_PAUSE_S = 200, 0.05
_CONFIG = """\
[ca]
default_ca = bench
[bench]
dir = {folder}
database = $dir/index.txt
new_certs_dir = $dir/certs
certificate = $dir/issuing.pem
private_key = $dir/issuing.key
rand_serial = yes
default_md = sha256
default_days = 1825
unique_subject = no
copy_extensions = none
policy = any
x509_extensions = official
[any]
countryName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[official]
basicConstraints = critical, CA:FALSE
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = email:official@thu.gov.vn
crlDistributionPoints = URI:http://ca.thu.gov.vn/crl/issuing.crl
authorityInfoAccess = caIssuers;URI:http://ca.thu.gov.vn/crt/issuing.crt, OCSP;URI:http://ca.thu.gov.vn/ocsp
[ocsp]
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ts]
default_tsa = tsa_config
[tsa_config]
dir = {folder}
serial = $dir/tsa.serial
signer_cert = $dir/tsa.pem
certs = $dir/issuing.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class OpenSSL:
    """An authority made and run by the ``openssl`` on PATH."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "ca.cnf").write_text(_CONFIG.format(folder=folder), encoding="utf-8")
        (folder / "tsa.serial").write_text("01\n", encoding="ascii")
        self._certify("root", issuer=None)
        self._certify("issuing", issuer="root")
        for role in ("ocsp", "tsa"):
            self._certify(role, issuer="issuing")
        self._forget()

    @property
    def version(self) -> str:
        """As ``openssl version`` says."""
        return self._run("version").stdout.decode().strip()

    def issue(self, requests: Sequence[bytes]) -> Callable[[], object]:
        """Certify requests (DER) with ``openssl ca``, one process for all, on an empty index."""
        self._forget()
        inputs = self._folder / "requests"
        shutil.rmtree(inputs, ignore_errors=True)
        inputs.mkdir()
        names = []
        for number, request in enumerate(requests):
            names.append(inputs / f"{number}.pem")
            names[-1].write_bytes(x509.load_der_x509_csr(request).public_bytes(Encoding.PEM))
        return lambda: self._issue(names)

    def issued(self) -> list[x509.Certificate]:
        """Return what the last run of ``openssl ca`` issued."""
        files = sorted((self._folder / "certs").glob("*.pem"))
        return [x509.load_pem_x509_certificate(file.read_bytes()) for file in files]

    @property
    def issuer(self) -> x509.Certificate:
        """The issuing authority's certificate."""
        return x509.load_pem_x509_certificate((self._folder / "issuing.pem").read_bytes())

    @contextmanager
    def ocsp_server(self) -> Iterator[Callable[[Sequence[bytes]], Callable[[], object]]]:
        """Run ``openssl ocsp -port``; yield what prepares the asking of requests over HTTP."""
        command = ["openssl", "ocsp", "-index", "index.txt", "-CA", "issuing.pem", "-rsigner", "ocsp.pem"]
        command += ["-rkey", "ocsp.key", "-ndays", "1", "-port", "0"]
        # It tells of every request; nobody reads a pipe here, so it tells a file.
        told = self._folder / "ocsp.log"
        with (
            told.open("wb") as log,
            subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT) as process,
        ):
            try:
                port = _port_in(told)
                yield (
                    lambda requests: (
                        lambda: [
                            post("127.0.0.1", port, path="/", kind="application/ocsp-request", body=r) for r in requests
                        ]
                    )
                )
            finally:
                process.terminate()

    def stamp(self, requests: Sequence[bytes]) -> Callable[[], object]:
        """Answer requests for timestamps, a process each."""
        queries = []
        for number, request in enumerate(requests):
            queries.append(self._folder / f"{number}.tsq")
            queries[-1].write_bytes(request)
        return lambda: [
            self._run("ts", "-reply", "-config", "ca.cnf", "-section", "tsa_config", "-queryfile", query.name).stdout
            for query in queries
        ]

    def start_only(self, count: int) -> Callable[[], object]:
        """Start ``count`` processes that do nothing: what of the cost above is not stamping."""
        return lambda: [self._run("version") for _ in range(count)]

    def _issue(self, names: Sequence[Path]) -> None:
        self._run("ca", "-batch", "-notext", "-utf8", "-config", "ca.cnf", "-infiles", *(str(name) for name in names))

    def _forget(self) -> None:
        shutil.rmtree(self._folder / "certs", ignore_errors=True)
        (self._folder / "certs").mkdir()
        (self._folder / "index.txt").write_bytes(b"")
        (self._folder / "index.txt.attr").write_text("unique_subject = no\n", encoding="ascii")

    def _certify(self, role: str, *, issuer: str | None) -> None:
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", f"{role}.key")
        above = () if issuer is None else ("-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key")
        self._run(
            *("req", "-x509", "-config", "ca.cnf", "-extensions", role, "-subj", f"/C=VN/O=Thu/CN={role}"),
            *(*new_key, *above, "-days", "3650", "-out", f"{role}.pem"),
        )

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, check=True)


def _port_in(log: Path) -> int:
    for _ in range(_START_TRIES):
        found = re.search(rb"ACCEPT .*:(\d+)", log.read_bytes())
        if found:
            return int(found[1])
        time.sleep(_START_PAUSE_S)
    raise RuntimeError("openssl ocsp did not start")
