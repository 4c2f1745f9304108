"""Runs in the linters' own environment: every file of a folder through pkilint, in one process.

    python lint_all.py FOLDER

File names say what they are: ``NAME.crt``, ``NAME.crl``, ``NAME.ors`` (OCSP response), ``NAME.natural.crt`` and
``NAME.legal.crt`` (ETSI EN 319 412-2 and -3 as well). Prints JSON: file name → list of "SEVERITY code" at warning
level or above; certificates of ETSI types are told apart by ``etsi:`` before the severity.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pkilint import etsi, loader, pkix
from pkilint.etsi import etsi_constants
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pkilint.validation import ValidationFindingSeverity


def main() -> None:
    """Lint a folder."""
    found = {path.name: _lint(path) for path in sorted(Path(sys.argv[1]).iterdir())}
    json.dump(found, sys.stdout)


def _lint(path: Path) -> list[str]:
    data = path.read_bytes()
    if path.suffix == ".crl":
        document = loader.RFC5280CertificateListDocumentLoader().load_der_document(data, path.name)
        return _findings(_crl_validator().validate(document.root))
    if path.suffix == ".ors":
        document = loader.RFC6960OCSPResponseDocumentLoader().load_der_document(data, path.name)
        return _findings(_ocsp_validator().validate(document.root))
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(data, path.name)
    found = _findings(_certificate_validator().validate(document.root))
    kinds = {
        ".natural": etsi_constants.CertificateType.NCP_NATURAL_PERSON_CERTIFICATE,
        ".legal": etsi_constants.CertificateType.NCP_LEGAL_PERSON_CERTIFICATE,
    }
    kind = kinds.get(Path(path.stem).suffix)
    if kind is not None:
        document = loader.RFC5280CertificateDocumentLoader().load_der_document(data, path.name)
        found += ["etsi:" + item for item in _findings(_etsi_validator(kind).validate(document.root))]
    return found


def _findings(results: Any) -> list[str]:  # noqa: ANN401 — pkilint is known in its own environment only
    return sorted(
        f"{item.finding.severity.name} {item.finding.code}"
        for result in results
        for item in result.finding_descriptions
        if item.finding.severity <= ValidationFindingSeverity.WARNING  # FATAL is 0
    )


def _certificate_validator() -> Any:  # noqa: ANN401 — as above
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def _etsi_validator(kind: Any) -> Any:  # noqa: ANN401 — as above
    return certificate.create_pkix_certificate_validator_container(
        etsi.create_decoding_validators(kind), etsi.create_validators(kind)
    )


def _crl_validator() -> Any:  # noqa: ANN401 — as above
    return crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )


def _ocsp_validator() -> Any:  # noqa: ANN401 — as above
    return ocsp.create_pkix_ocsp_response_validator_container(
        [
            ocsp.create_response_decoder(),
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [],
    )


if __name__ == "__main__":
    main()
