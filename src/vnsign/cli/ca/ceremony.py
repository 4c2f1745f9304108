"""``vnsign ca ceremony``: an authority founded before witnesses, with a signed transcript.

Source: docs/adr/0017-keys-of-an-authority.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from vnsign.adapters.files import write_whole
from vnsign.authority.founding.ceremony import CeremonyPlan, check_plan, hold_ceremony
from vnsign.authority.founding.transcript import CeremonyRole, Participant
from vnsign.authority.founding.transcript_text import transcript_text
from vnsign.authority.settings import AuthoritySettings
from vnsign.cli.ca.founding import founding_options, print_own
from vnsign.cli.ca.options import Access, json_option, reading_options
from vnsign.cli.ca.output import make_folder, require_absent
from vnsign.cli.ca.settings_words import changed_settings
from vnsign.cli.ca.shapes import fingerprint, print_json
from vnsign.cli.ca.words import LABELS, Label
from vnsign.pki.keys import KeyAlgorithm

#: The parts of a passphrase are read in the order of the custodians.
_TRANSCRIPT = "transcript.json"


@click.command(
    epilog="Example: vnsign ca ceremony --ca authority --name 'Tỉnh An Bình' --organization 'UBND tỉnh An Bình' "
    "--base-url http://ca.anbinh.gov.vn --place 'An Bình' --out ceremony "
    "--participant leader 'Nguyễn Văn An' 'UBND tỉnh' --participant operator 'Trần Thị Bình' 'Sở KH&CN' "
    "--participant custodian 'Lê Văn Cường' 'Sở Nội vụ' --participant custodian 'Phạm Thị Dung' 'Thanh tra tỉnh' "
    "--participant witness 'Hoàng Văn Em' 'Công an tỉnh'"
)
@founding_options
@click.option("--place", required=True, metavar="TEXT", help="Where it happens.")
@click.option(
    "--participant",
    "people",
    type=(click.Choice([role.value for role in CeremonyRole]), str, str),
    multiple=True,
    required=True,
    metavar="ROLE NAME ORGANIZATION",
    help=f"Who is there, as {', '.join(CeremonyRole)}; repeated.",
)
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for transcript, signature, certificates and first lists; nothing in it is secret.",
)
@json_option
@reading_options
def ceremony(
    access: Access,
    *,
    name: str,
    organization: str,
    base_url: str,
    key_algorithm: str,
    words: Sequence[str],
    place: str,
    people: Sequence[tuple[str, str, str]],
    folder: Path,
    as_json: bool,
) -> None:
    """Found an authority in a key ceremony (lễ tạo khóa).

    Each custodian types a part of the passphrase, unseen and twice (or gives it in a --part-file, in the order of the
    custodians): all parts together open the authority, no fewer. Later commands ask for them with --custodians. Where a
    PKCS#11 token keeps the keys there are no parts.
    """
    plan = CeremonyPlan(
        name=name,
        organization=organization,
        base_url=base_url,
        place=place,
        participants=tuple(Participant(role=CeremonyRole(role), name=who, organization=of) for role, who, of in people),
        key_algorithm=KeyAlgorithm(key_algorithm),
        settings=changed_settings(AuthoritySettings(), words),
    )
    custodians = [person.name for person in plan.participants if person.role is CeremonyRole.CUSTODIAN]
    check_plan(plan, parts=None if access.pkcs11_module is not None else len(custodians))
    make_folder(folder)
    require_absent(folder / _TRANSCRIPT)
    keys = access.token_keys()
    parts = access.parts(custodians, confirm=True) if keys is None else ()
    held = hold_ceremony(access.location, plan, clock=access.clock, parts=parts, keys=keys)
    for file, content in held.files.items():
        write_whole(folder / file, content)
    certificates = dict(zip(("root", "issuing"), held.authority.certificates(), strict=True))
    if as_json:
        digests = {which: fingerprint(certificate) for which, certificate in certificates.items()}
        print_json({"files": [str(folder / file) for file in held.files], "sha256": digests})
        return
    click.echo(transcript_text(held.transcript, lang=access.lang))
    print_own(certificates, access.lang)
    for file in held.files:
        click.echo(f"{LABELS[Label.WRITTEN][access.lang]}: {folder / file}")
