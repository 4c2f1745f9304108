"""``vnsign ca init``, ``settings``, ``renew-own``: the authority itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.adapters.files import write_whole
from vnsign.authority import Authority
from vnsign.authority.records import OwnRole
from vnsign.authority.settings import AuthoritySettings
from vnsign.cli.ca.options import Access, acting_options, json_option
from vnsign.cli.ca.output import make_folder
from vnsign.cli.ca.settings_words import NAMES, changed_settings, show_setting
from vnsign.cli.ca.shapes import certificate_json, certificate_text, fingerprint, local, name_text, print_json
from vnsign.cli.ca.words import LABELS, Label, say_hex
from vnsign.pki.keys import KeyAlgorithm
from vnsign.verification.messages import Language

_set = click.option(
    "--set",
    "words",
    metavar="NAME=VALUE",
    multiple=True,
    help=f"A setting; may be repeated. Names: {', '.join(NAMES)}. Times: 7d, 12h, 30m, 60s; yes, no; none.",
)
_FOUNDING = (
    click.option("--name", required=True, metavar="NAME", help="Stands before 'Root CA', 'Issuing CA', 'TSA'."),
    click.option("--organization", required=True, metavar="NAME", help="Their organization."),
    click.option(
        "--base-url",
        required=True,
        metavar="URL",
        help="Where the services will be reached; written into every certificate for good.",
    ),
    click.option(
        "--key-algorithm",
        type=click.Choice([each.value for each in KeyAlgorithm]),
        default=KeyAlgorithm.P256.value,
        show_default=True,
        help="Of the authority's own keys.",
    ),
    _set,
)
_RENEWABLE = tuple(role.value for role in OwnRole if role not in {OwnRole.ROOT, OwnRole.ISSUING})


def founding_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what is founded: names, URL, keys, settings."""
    for option in reversed(_FOUNDING):
        function = option(function)
    return function


@click.command(
    epilog="Example: vnsign ca init --ca authority --name 'Tỉnh An Bình' --organization 'UBND tỉnh An Bình' "
    "--base-url http://ca.anbinh.gov.vn --out published"
)
@founding_options
@click.option(
    "--out", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write root.pem and issuing.pem here."
)
@json_option
@acting_options
def init(
    access: Access,
    *,
    name: str,
    organization: str,
    base_url: str,
    key_algorithm: str,
    folder: Path | None,
    words: Sequence[str],
    as_json: bool,
) -> None:
    """Found an authority: root, issuing authority, its services' certificates, an empty journal.

    Prints the root's fingerprint for reading aloud, so that who installs it can compare. With participants and a
    signed transcript: `vnsign ca ceremony`.
    """
    settings = changed_settings(AuthoritySettings(), words)
    act = access.act()
    if folder is not None:
        make_folder(folder)
    authority = Authority.create(
        access.location,
        name=name,
        organization=organization,
        base_url=base_url,
        passphrase=access.passphrase(confirm=True),
        clock=access.clock,
        key_algorithm=KeyAlgorithm(key_algorithm),
        settings=settings,
        keys=access.token_keys(),
        act=act,
    )
    certificates = dict(zip(("root", "issuing"), authority.certificates(), strict=True))
    written = write_own(certificates, folder)
    if as_json:
        print_json({"base_url": authority.base_url, "certificates": _own_json(certificates), "files": written})
        return
    print_own(certificates, access.lang)
    for path in written:
        click.echo(f"{LABELS[Label.WRITTEN][access.lang]}: {path}")


@click.command(epilog="Example: vnsign ca settings --ca authority --set crl_lifetime=3d --set policies=2.16.704.1.1.9")
@_set
@json_option
@acting_options
def settings(access: Access, *, words: Sequence[str], as_json: bool) -> None:
    """Show the authority's settings, or change them; each change is an act in the journal."""
    changed_settings(AuthoritySettings(), words)  # wrong words are found before the passphrase is asked for
    authority = access.open()
    if words:
        authority.change_settings(changed_settings(authority.settings, words), act=access.act())
    now = {each.name: getattr(authority.settings, each.name) for each in dataclasses.fields(AuthoritySettings)}
    if as_json:
        print_json({name: show_setting(value) for name, value in now.items()})
        return
    for name, value in now.items():
        click.echo(f"{name}={show_setting(value)}")


@click.command("renew-own", epilog="Example: vnsign ca renew-own --ca authority tsa --why 'sắp hết hạn'")
@click.argument("role", type=click.Choice(_RENEWABLE))
@json_option
@acting_options
def renew_own(access: Access, *, role: str, as_json: bool) -> None:
    """Give a service of the authority a new key and certificate: tsa, ocsp, or ocsp-root.

    The old certificate stays valid; a running `vnsign serve` takes the new one without a restart.
    """
    record = access.open().renew_own(OwnRole(role), act=access.act())
    now = access.clock.now()
    if as_json:
        print_json(certificate_json(record, now))
    else:
        click.echo(certificate_text(record, now, lang=access.lang))


def write_own(certificates: Mapping[str, x509.Certificate], folder: Path | None) -> list[str]:
    """Write the authority's certificates as PEM into ``folder``, if there is one; return the files."""
    if folder is None:
        return []
    for name, certificate in certificates.items():
        write_whole(folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM))
    return [str(folder / f"{name}.pem") for name in certificates]


def print_own(certificates: Mapping[str, x509.Certificate], lang: Language) -> None:
    """Print the authority's certificates with fingerprints for reading aloud."""
    for certificate in certificates.values():
        digest = fingerprint(certificate)
        click.echo(name_text(certificate.subject))
        click.echo(f"  {LABELS[Label.VALID][lang]}: – {local(certificate.not_valid_after_utc)}")
        click.echo(f"  {LABELS[Label.FINGERPRINT][lang]}: {digest}")
        for line in say_hex(digest, lang):
            click.echo(f"    {line}")


def _own_json(certificates: Mapping[str, x509.Certificate]) -> dict[str, dict[str, str]]:
    return {
        name: {
            "serial": f"{certificate.serial_number:x}",
            "subject": name_text(certificate.subject),
            "sha256": fingerprint(certificate),
            "not_after": certificate.not_valid_after_utc.isoformat(),
        }
        for name, certificate in certificates.items()
    }
