"""``vnsign ca crl``, ``export``: what the authority publishes, as files."""

from __future__ import annotations

import base64
import textwrap
from pathlib import Path

import click

from vnsign.adapters.files import write_whole
from vnsign.authority.batches.applications import parse_serial
from vnsign.authority.records import Issuer
from vnsign.cli.ca.options import Access, reading_options
from vnsign.cli.ca.output import FORMATS, encode_certificate
from vnsign.cli.ca.words import LABELS, Label
from vnsign.errors import ErrorCode, UsageError

_PEM_COLUMNS = 64
_OWN = ("root", "issuing", "bundle")


@click.command(epilog="Example: vnsign ca crl --ca authority issuing --out issuing.crl")
@click.argument("which", type=click.Choice([issuer.value for issuer in Issuer]), default=Issuer.ISSUING.value)
@click.option("--delta", is_flag=True, help="The delta list: what changed since the complete one.")
@click.option("--out", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Written whole.")
@click.option(
    "--format", "form", type=click.Choice(["der", "pem"]), default="der", show_default=True, help="Format of the list."
)
@reading_options
def crl(access: Access, *, which: str, delta: bool, out: Path, form: str) -> None:
    """Write the present revocation list; a new one is made if something happened since, or it has become old."""
    authority = access.open()
    der = authority.crl(which, delta=delta)
    if not authority.is_current_crl(which, der, delta=delta):
        click.echo(LABELS[Label.OLD_LIST][access.lang], err=True)
    write_whole(out, der if form == "der" else _pem(der, "X509 CRL"))
    click.echo(f"{LABELS[Label.WRITTEN][access.lang]}: {out}")


@click.command(
    epilog="Example: vnsign ca export --ca authority 3fa2c1 --format chain --out an.pem. "
    "For everybody who shall trust the authority: vnsign ca export --ca authority root --out root.pem"
)
@click.argument("what", metavar=f"SERIAL|{'|'.join(_OWN)}")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="pem",
    show_default=True,
    help="chain: PEM with the certificates above; p7c: the same as PKCS#7.",
)
@click.option("--out", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Written whole.")
@reading_options
def export(access: Access, *, what: str, form: str, out: Path) -> None:
    """Write a certificate on record, or the authority's own: root, issuing, bundle (both, PEM or PKCS#7).

    A private key is never exported: the authority keeps those of nobody but itself.
    """
    serial = parse_serial(what) if what not in _OWN else None
    authority = access.open()
    root, issuing = authority.certificates()
    own = {"root": (root,), "issuing": (issuing, root), "bundle": (issuing, root)}
    if serial is None:
        first, *above = own[what]
        kind = {"pem": "chain", "der": "p7c"}.get(form, form) if what == "bundle" else form
    else:
        record = authority.find(serial)
        if record is None:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, f"no certificate has the serial number {serial:x}", way_out="see vnsign ca list"
            )
        first, kind = record.certificate, form
        above = [each for each in (issuing, root) if record.issuer is Issuer.ISSUING or each is root]
        if first == root:
            above = []
    write_whole(out, encode_certificate(first, kind, above=above))
    click.echo(f"{LABELS[Label.WRITTEN][access.lang]}: {out}")


def _pem(der: bytes, label: str) -> bytes:
    lines = textwrap.wrap(base64.b64encode(der).decode(), _PEM_COLUMNS)
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
