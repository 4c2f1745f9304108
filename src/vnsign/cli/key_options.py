"""Options that tell which key signs, for every command that signs.

Use::

    @click.command()
    @key_options
    def sign(keys: KeyOptions, ...): ...

    signer = signer_from_options(keys)      # asks for passphrase or PIN, then loads
    recipe = keys.recipe()                  # asks, loads nothing; recipe.load() in each worker process

Invariants:
    - A passphrase, PIN or token is never an argument (see :mod:`vnsign.cli.secret_reading`), and is asked for once,
      after all other arguments were understood.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from vnsign.adapters.pem import wants_passphrase
from vnsign.cli.secret_reading import read_secret
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, UsageError
from vnsign.wiring.signer_recipes import CscSource, KeySource, PemSource, Pkcs11Source, Pkcs12Source, SignerRecipe
from vnsign.wiring.signers import Signer

PASSPHRASE_VARIABLE = "VNSIGN_PASSPHRASE"  # noqa: S105 — its name, not a secret
PIN_VARIABLE = "VNSIGN_PIN"
CSC_VARIABLE = "VNSIGN_CSC_SECRET"
_SHOWN_CHARS = 200

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOptions:
    """Which key signs, as the command line tells it."""

    p12: Path | None
    key: Path | None
    cert: Path | None
    chain: tuple[Path, ...]
    passphrase_file: Path | None
    pkcs11_module: Path | None
    pkcs11_token: str | None
    key_label: str | None
    key_id: str | None
    pin_file: Path | None
    csc_url: str | None
    csc_credential: str | None
    csc_user: str | None
    csc_secret_file: Path | None
    csc_signatures: int
    csc_otp: bool
    hash_name: str | None
    pss: bool

    @property
    def asks_while_signing(self) -> bool:
        """Whether a person is asked for a code now and then: such documents are signed in this process."""
        return self.csc_otp

    def recipe(self) -> SignerRecipe:
        """Return how to load the signer; asks for its passphrase or PIN.

        Raises:
            UsageError: ``BAD_ARGUMENT``: the PIN or the number of the key is none.
            InputError: ``NOT_READABLE``: a file with a secret.
        """
        return SignerRecipe(source=self._source(), hash_name=self.hash_name, pss=self.pss)

    def _source(self) -> KeySource:
        if self.p12 is not None:
            return Pkcs12Source(path=self.p12, passphrase=self._passphrase(self.p12))
        if self.key is not None:
            passphrase = self._passphrase(self.key) if wants_passphrase(self.key) else None
            return PemSource(key=self.key, certificate=self.cert, chain=self.chain, passphrase=passphrase)
        if self.csc_url is not None:
            return self._service(self.csc_url)
        return self._token(self.pkcs11_module or Path(), self.pkcs11_token or "")

    def _service(self, url: str) -> CscSource:
        entered = "Access token" if self.csc_user is None else f"Mật khẩu / Password of {self.csc_user}"
        secret = _text(
            read_secret(self.csc_secret_file, variable=CSC_VARIABLE, prompt=f"{entered} at {url}", may_be_empty=True)
        )
        pin = read_secret(
            self.pin_file,
            variable=PIN_VARIABLE,
            prompt="Mã PIN của khóa, nếu có / PIN of the credential, if it has one",
            may_be_empty=True,
        )
        return CscSource(
            url=url,
            credential_id=self.csc_credential,
            user=self.csc_user,
            password=secret if self.csc_user is not None else None,
            token=(secret or None) if self.csc_user is None else None,
            pin=_text(pin) or None,
            otp=ask_for_code if self.csc_otp else None,
            signatures=self.csc_signatures,
        )

    def _token(self, module: Path, token: str) -> Pkcs11Source:
        pin = read_secret(self.pin_file, variable=PIN_VARIABLE, prompt=f"Mã PIN / PIN of the token {token}")
        return Pkcs11Source(
            module=module,
            token=token,
            pin=_text(pin),
            key_label=self.key_label,
            key_id=_number(self.key_id),
            certificate=self.cert,
        )

    def _passphrase(self, file: Path) -> bytes:
        return read_secret(
            self.passphrase_file,
            variable=PASSPHRASE_VARIABLE,
            prompt=f"Mật khẩu / Passphrase of {file.name}",
            may_be_empty=True,
        )

    def require_one_key(self) -> None:
        """Refuse no key, several keys, and options that belong to another kind of key.

        Raises:
            click.UsageError: With the option's name.
        """
        kinds = {"--p12": self.p12, "--key": self.key, "--pkcs11-module": self.pkcs11_module, "--csc-url": self.csc_url}
        given = [name for name, value in kinds.items() if value is not None]
        if len(given) != 1:
            if not given:
                raise misuse(f"give one key: {', '.join(kinds)}", vi=f"cho một khóa ký: {', '.join(kinds)}")
            raise misuse(f"{' and '.join(given)} exclude each other", vi=f"chỉ dùng một trong {', '.join(given)}")
        belongs: dict[str, tuple[object, tuple[str, ...]]] = {
            "--cert": (self.cert, ("--key", "--pkcs11-module")),
            "--chain": (self.chain, ("--key",)),
            "--passphrase-file": (self.passphrase_file, ("--p12", "--key")),
            "--pkcs11-token": (self.pkcs11_token, ("--pkcs11-module",)),
            "--key-label": (self.key_label, ("--pkcs11-module",)),
            "--key-id": (self.key_id, ("--pkcs11-module",)),
            "--pin-file": (self.pin_file, ("--pkcs11-module", "--csc-url")),
            "--csc-credential": (self.csc_credential, ("--csc-url",)),
            "--csc-user": (self.csc_user, ("--csc-url",)),
            "--csc-secret-file": (self.csc_secret_file, ("--csc-url",)),
            "--csc-otp": (self.csc_otp, ("--csc-url",)),
        }
        for name, (value, needs) in belongs.items():
            if value and given[0] not in needs:
                raise misuse(
                    f"{name} belongs to {' or '.join(needs)}, not to {given[0]}",
                    vi=f"{name} đi với {' hoặc '.join(needs)}, không đi với {given[0]}",
                )
        if self.pkcs11_module is not None and not self.pkcs11_token:
            raise misuse("--pkcs11-module needs --pkcs11-token LABEL", vi="--pkcs11-module cần --pkcs11-token NHÃN")


def ask_for_code(words: str) -> str:
    """Return what is typed unseen; the words are the service's own, shown as far as they can be printed."""
    shown = "".join(char for char in words if char.isprintable())[:_SHOWN_CHARS]
    return str(click.prompt(shown or "Mã dùng một lần / One-time password", hide_input=True, err=True))


def signer_from_options(keys: KeyOptions) -> Signer:
    """Return the signer, its passphrase or PIN asked for; see :meth:`KeyOptions.recipe`, :meth:`SignerRecipe.load`."""
    return keys.recipe().load()


_FILE = click.Path(path_type=Path)
_OPTIONS = (
    click.option("--p12", metavar="FILE", type=_FILE, help="PKCS#12 file with key and certificate."),
    click.option("--key", metavar="FILE", type=_FILE, help="Private key, PEM or DER."),
    click.option("--cert", metavar="FILE", type=_FILE, help="Its certificate [default: in the key's file]."),
    click.option("--chain", metavar="FILE", type=_FILE, multiple=True, help="Certificates above it; repeated."),
    click.option(
        "--passphrase-file",
        metavar="FILE",
        type=_FILE,
        help=f"File whose first line is the passphrase; else {PASSPHRASE_VARIABLE}, else it is asked for.",
    ),
    click.option(
        "--pkcs11-module",
        envvar="VNSIGN_PKCS11_MODULE",
        metavar="FILE",
        type=_FILE,
        help="The key is in a token: its PKCS#11 module.",
    ),
    click.option("--pkcs11-token", envvar="VNSIGN_PKCS11_TOKEN", metavar="LABEL", help="Label of the token."),
    click.option("--key-label", metavar="LABEL", help="Which key of the token, by label."),
    click.option("--key-id", metavar="HEX", help="Which key of the token, by number."),
    click.option(
        "--pin-file",
        metavar="FILE",
        type=_FILE,
        help=f"File whose first line is the PIN; else {PIN_VARIABLE}, else it is asked for.",
    ),
    click.option(
        "--csc-url",
        envvar="VNSIGN_CSC_URL",
        metavar="URL",
        help="The key is at a remote signing service: base of its CSC API, v1 or v2.",
    ),
    click.option("--csc-credential", metavar="ID", help="Which key of the service, if the user has several."),
    click.option("--csc-user", metavar="NAME", help="Enter with a user name and password instead of an access token."),
    click.option(
        "--csc-secret-file",
        metavar="FILE",
        type=_FILE,
        help=f"File whose first line is the access token or password; else {CSC_VARIABLE}, else it is asked for.",
    ),
    click.option(
        "--csc-signatures",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Documents that one authorization is to serve, as far as the service allows.",
    ),
    click.option("--csc-otp", is_flag=True, help="Ask for a one-time password at each authorization."),
    click.option(
        "--hash",
        "hash_name",
        type=click.Choice(["sha256", "sha384", "sha512"]),
        help="Hash [default: as strong as the key].",
    ),
    click.option("--pss", is_flag=True, help="RSA-PSS instead of RSA PKCS#1 v1.5."),
)
_NAMES = tuple(KeyOptions.__dataclass_fields__)


def key_options(function: Callable[Concatenate[KeyOptions, _P], _R]) -> Callable[..., _R]:
    """Give a command the options that tell which key signs; its first argument becomes a :class:`KeyOptions`."""

    @functools.wraps(function)
    def run(**given: Any) -> _R:  # noqa: ANN401 — what click parsed
        keys = KeyOptions(**{name: given.pop(name) for name in _NAMES})
        keys.require_one_key()
        return function(keys, **given)  # type: ignore[call-arg]  # what click parsed

    for option in reversed(_OPTIONS):
        run = option(run)
    return run


def _text(secret: bytes) -> str:
    try:
        return secret.decode()
    except UnicodeDecodeError:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the PIN is no text in UTF-8") from None


def _number(key_id: str | None) -> bytes | None:
    try:
        return bytes.fromhex(key_id) if key_id is not None else None
    except ValueError:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"--key-id {key_id!r} is not hexadecimal") from None
