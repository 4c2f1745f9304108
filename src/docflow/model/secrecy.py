"""Secret documents stay out: whatever names one secret is refused before anything of it is stored.

Invariants:
    - Whoever names a document secret is believed; a mark that cannot be understood counts as secret.
    - Words about secrets ("bảo vệ bí mật nhà nước") are no marks: :mod:`docflow.model.marks` says what is.
    - Every text of a value is looked at, whatever its field is called; what need not be is named, with its reason.

What it does not do: it reads no page; a stamp that is only drawn on a PDF is for people to see.

Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; Thông tư 01/2019/TT-BNV Điều 1 khoản 2; Nghị định 26/2020/NĐ-CP
Điều 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.marks import bears_mark


class Secrecy(StrEnum):
    """How secret a document is (độ mật); all but the first are refused."""

    KHONG_MAT = "khong_mat"
    MAT = "mat"
    TOI_MAT = "toi_mat"
    TUYET_MAT = "tuyet_mat"


NAMES_OF_PEOPLE = frozenset(
    {
        *("actor", "person", "to", "cooperating", "informed", "signed_for", "granted_by", "creator", "giver"),
        *("signer_name", "full_name", "staff", "place", "people"),
        "idempotency_key",  # made by machines, of letters that may come by chance
    }
)
"""Fields and arguments that name somebody, who may be called Mật: only a mark set apart counts there, as "(Mật)"."""


def refuse_secret(secrecy: Secrecy) -> None:
    """Refuse a secret document before anything of it is stored; whatever is not exactly "not secret" is secret.

    Raises:
        UsageError: ``SECRET_DOCUMENT``.
    Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; Nghị định 26/2020/NĐ-CP Điều 4.
    """
    if secrecy is not Secrecy.KHONG_MAT:
        raise _refused("secrecy")


def refuse_marked(value: object, *, name: str) -> None:
    """Refuse what bears a mark of secrecy in any of its texts: ``TỐI MẬT``, ``(Mật) V/v …``, ``toi mat``.

    Args:
        value: A text, a sequence or mapping of them, or plain data, which is looked into.
        name: What it is called; a name of somebody is told by it.

    Raises:
        UsageError: ``SECRET_DOCUMENT``; it says in which field, and shows nothing of it.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I mục IV ô 10a (TUYỆT MẬT, TỐI MẬT, MẬT).
    """
    where = find_mark(value, name=name)
    if where is not None:
        raise _refused(where)


def find_mark(value: object, *, name: str, besides: frozenset[str] = frozenset()) -> str | None:
    """Return the name of the first field whose text bears a mark of secrecy, or None; ``besides`` are not looked at."""
    return next(
        (part for part, text in _texts_of(value, name, besides) if bears_mark(text, is_name=part in NAMES_OF_PEOPLE)),
        None,
    )


def _texts_of(value: object, name: str, besides: frozenset[str]) -> Iterator[tuple[str, str]]:
    if name in besides:
        return
    if isinstance(value, str):
        if not isinstance(value, Enum):
            yield name, value
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from _texts_of(key, name, besides)
            yield from _texts_of(member, name, besides)
    elif isinstance(value, list | tuple | set | frozenset):
        for member in value:
            yield from _texts_of(member, name, besides)
    else:
        for part in getattr(type(value), "__dataclass_fields__", ()):
            yield from _texts_of(getattr(value, part), part, besides)


def _refused(where: str) -> UsageError:
    return UsageError(
        ErrorCode.SECRET_DOCUMENT,
        f"secret documents stay out of docflow; nothing was stored ({where})",
        vi=f"Văn bản mật không được đưa vào hệ thống; chưa lưu gì ({where}).",
        way_out="register it in the agency's secret register, on a computer without network; "
        "if it is not secret, say so in words that are no mark",
    )
