"""How fast an authority works, beside openssl and certomancer, in one run on one machine.

    python -m benchmarks.authority [--rounds 5] [--quick] [--only issue,ocsp,tsa,province]

Everything is P-256 with SHA-256. Keys of subscribers and their requests are made before the measurement: they are the
subscribers' work. The output is Markdown; docs/benchmarks.md holds one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cryptography
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from benchmarks.certomancer_peer import Certomancer
from benchmarks.openssl_peer import OpenSSL
from benchmarks.rounds import Contender, measure, table
from benchmarks.vnsign_peer import Vnsign, officials
from vnsign.pki.tsp import TimestampRequest, build_request

#: Certificates of one province: what the goal of ten seconds is about.
PROVINCE = 1_638
#: certomancer looks certificates up one after the other; with more it would be measured for that alone.
KNOWN_TO_CERTOMANCER = 100
_OCSP, _TSP = "application/ocsp-request", "application/timestamp-query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Everybody, ready; each with certificates to be asked about."""

    vnsign: Vnsign
    openssl: OpenSSL
    certomancer: Certomancer
    vnsign_issued: Sequence[x509.Certificate]
    openssl_issued: Sequence[x509.Certificate]


def make_peers(folder: Path, *, count: int) -> Peers:
    """Make three authorities; vnsign and openssl issue ``count`` certificates each."""
    for name in ("vnsign", "openssl", "certomancer"):
        (folder / name).mkdir()
    vnsign, openssl = Vnsign(folder / "vnsign"), OpenSSL(folder / "openssl")
    people = officials(count)
    openssl.issue([csr for _, csr in people])()
    return Peers(
        vnsign=vnsign,
        openssl=openssl,
        certomancer=Certomancer(folder / "certomancer", count=max(count, KNOWN_TO_CERTOMANCER)),
        vnsign_issued=vnsign.issue(vnsign.submit(people)),
        openssl_issued=openssl.issued(),
    )


def issuing(peers: Peers, *, count: int) -> list[Contender]:
    """Certificates: from a checked request to a certificate on record."""
    vnsign = peers.vnsign

    def issue(number: int) -> Callable[[], object]:
        numbers = vnsign.submit(officials(number))
        return lambda: _expect(number, vnsign.issue(numbers))

    def one_by_one(number: int) -> Callable[[], object]:
        numbers = vnsign.submit(officials(number))
        return lambda: _expect(number, vnsign.issue_singly(numbers))

    def everything(number: int) -> Callable[[], object]:
        people = officials(number)
        return lambda: _expect(number, vnsign.issue(vnsign.submit(people)))

    def check(number: int) -> Callable[[], object]:
        people = officials(number)
        return lambda: vnsign.check(people)

    return [
        Contender(
            name="vnsign: issue in bulk",
            prepare=issue,
            count=count,
            note="approved requests → certificates on record, many to a transaction",
        ),
        Contender(
            name="vnsign: issue one at a time",
            prepare=one_by_one,
            count=count // 4,
            note="each flushed to disk before the next",
        ),
        Contender(
            name="vnsign: request, approve, issue in bulk",
            prepare=everything,
            count=count,
            note="each step a row and a journal entry",
        ),
        Contender(name="vnsign: read and check a request", prepare=check, count=count, note="part of the row above"),
        Contender(
            name="openssl ca -batch",
            prepare=lambda number: peers.openssl.issue([csr for _, csr in officials(number)]),
            count=count,
            note="one process; request verified, index and files written without fsync",
        ),
        Contender(
            name="certomancer", prepare=peers.certomancer.issue, count=count, note="in process; no request, no record"
        ),
    ]


def answering(peers: Peers, *, count: int) -> list[Contender]:
    """OCSP answers in process: live ones with a nonce, kept ones (signed once while they are fresh) without."""
    vnsign, certomancer = peers.vnsign, peers.certomancer

    def ask_certomancer(number: int) -> Callable[[], object]:
        issuer, issued = certomancer.certificates(KNOWN_TO_CERTOMANCER)
        return certomancer.answer_ocsp(_ocsp_requests(issued, issuer, number, nonce=True))

    return [
        Contender(
            name="vnsign, signed live",
            prepare=lambda number: vnsign.answer_ocsp(
                _ocsp_requests(peers.vnsign_issued, vnsign.issuer, number, nonce=True)
            ),
            count=count,
            note="nonce; status read from the database",
        ),
        Contender(
            name="vnsign, kept",
            prepare=lambda number: vnsign.answer_ocsp(
                _ocsp_requests(peers.vnsign_issued, vnsign.issuer, number, nonce=False)
            ),
            count=count,
            note="no nonce; status read from the database",
        ),
        Contender(name="certomancer", prepare=ask_certomancer, count=count // 4, note="nonce; status in memory"),
    ]


def stamping(peers: Peers, *, count: int) -> list[Contender]:
    """Timestamp tokens."""
    slow = max(count // 10, 5)
    return [
        Contender(name="vnsign", prepare=lambda n: peers.vnsign.stamp(_tsp_requests(n)), count=count),
        Contender(
            name="openssl ts -reply",
            prepare=lambda n: peers.openssl.stamp(_tsp_requests(n)),
            count=slow,
            note="a process for each token: there is no server",
        ),
        Contender(
            name="openssl version",
            prepare=peers.openssl.start_only,
            count=slow,
            note="a process that does nothing: the share of starting",
        ),
        Contender(name="certomancer", prepare=lambda n: peers.certomancer.stamp(_tsp_requests(n)), count=slow),
    ]


def report_http(peers: Peers, *, count: int, rounds: int) -> str:
    """OCSP and timestamps over loopback, one client, one connection a request, each server in a process of its own."""
    vnsign, openssl = peers.vnsign, peers.openssl
    with vnsign.server() as ask, openssl.ocsp_server() as ask_openssl:

        def live(number: int) -> Callable[[], object]:
            return ask("/ocsp", _OCSP, _ocsp_requests(peers.vnsign_issued, vnsign.issuer, number, nonce=True))

        def presigned(number: int) -> Callable[[], object]:
            return ask("/ocsp", _OCSP, _ocsp_requests(peers.vnsign_issued, vnsign.issuer, number, nonce=False))

        contenders = [
            Contender(name="vnsign serve, OCSP signed live", prepare=live, count=count),
            Contender(name="vnsign serve, OCSP pre-signed", prepare=presigned, count=count),
            Contender(
                name="openssl ocsp -port",
                prepare=lambda number: ask_openssl(
                    _ocsp_requests(peers.openssl_issued, openssl.issuer, number, nonce=True)
                ),
                count=count,
                note="nonce; index in memory",
            ),
            Contender(
                name="vnsign serve, timestamps", prepare=lambda n: ask("/tsa", _TSP, _tsp_requests(n)), count=count
            ),
        ]
        return table(measure(contenders, rounds=rounds), unit="answers", against="openssl ocsp -port")


def report_province(folder: Path, *, count: int, rounds: int) -> str:
    """Issue ``count`` certificates in a new authority on disk; seconds for each part."""
    seconds: dict[str, list[float]] = {"request and approve": [], "issue": [], "together": []}
    for turn in range(rounds):
        place = folder / f"province{turn}"
        place.mkdir()
        authority, people = Vnsign(place), officials(count)
        begin = time.perf_counter()
        numbers = authority.submit(people)
        middle = time.perf_counter()
        _expect(count, authority.issue(numbers))
        end = time.perf_counter()
        for part, value in zip(seconds, (middle - begin, end - middle, end - begin), strict=True):
            seconds[part].append(value)
    lines = ["| | seconds, median | min – max |", "|---|---:|---:|"]
    lines += [f"| {part} | {statistics.median(v):.2f} | {min(v):.2f} – {max(v):.2f} |" for part, v in seconds.items()]
    return "\n".join(lines)


def _expect(count: int, results: Sequence[object]) -> None:
    if len(results) != count:
        raise RuntimeError(f"{len(results)} of {count}")


def _ocsp_requests(
    issued: Sequence[x509.Certificate], issuer: x509.Certificate, count: int, *, nonce: bool
) -> list[bytes]:
    requests = []
    for number in range(count):
        certificate = issued[number % len(issued)]
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303  (RFC 5019)
        if nonce:
            builder = builder.add_extension(x509.OCSPNonce(os.urandom(16)), critical=False)
        requests.append(builder.build().public_bytes(Encoding.DER))
    return requests


def _tsp_requests(count: int) -> list[bytes]:
    return [
        build_request(
            TimestampRequest(
                imprint=hashlib.sha256(number.to_bytes(4, "big")).digest(),
                hash_name="sha256",
                nonce=int.from_bytes(os.urandom(8), "big"),
            )
        )
        for number in range(count)
    ]


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="An authority's speed beside openssl and certomancer.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that does not")
    parser.add_argument("--quick", action="store_true", help="a few of everything: does it run at all?")
    parser.add_argument("--only", default="issue,ocsp,http,tsa,province", help="parts, with commas between them")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    arguments = _parse_arguments()
    parts = set(arguments.only.split(","))
    rounds: int = 1 if arguments.quick else arguments.rounds
    count, province = (20, 20) if arguments.quick else (400, PROVINCE)
    with tempfile.TemporaryDirectory(prefix="vnsign-bench-") as name:
        folder = Path(name)
        peers = make_peers(folder, count=count)
        print(
            f"{os.cpu_count()} cores, Python {platform.python_version()}, cryptography {cryptography.__version__}, "
            f"certomancer {version('certomancer')}, {peers.openssl.version.partition(' (')[0]}; "
            f"{rounds} rounds; P-256, SHA-256"
        )
        if "issue" in parts:
            results = measure(issuing(peers, count=count), rounds=rounds)
            print(f"\n## Certificates\n\n{table(results, unit='certificates', against='certomancer')}")
        if "ocsp" in parts:
            results = measure(answering(peers, count=count), rounds=rounds)
            print(f"\n## OCSP answers, in process\n\n{table(results, unit='answers', against='certomancer')}")
        if "http" in parts:
            print(f"\n## Over HTTP\n\n{report_http(peers, count=count, rounds=rounds)}")
        if "tsa" in parts:
            results = measure(stamping(peers, count=count), rounds=rounds)
            print(f"\n## Timestamps\n\n{table(results, unit='tokens', against='certomancer')}")
        if "province" in parts:
            print(f"\n## {province:,} certificates of one province\n")
            print(report_province(folder, count=province, rounds=min(rounds, 3)))


if __name__ == "__main__":
    main()
