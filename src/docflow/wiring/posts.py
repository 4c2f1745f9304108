"""An office that exchanges documents, its post read from a file of settings."""

from __future__ import annotations

from pathlib import Path

from docflow.errors import ErrorCode, UsageError
from docflow.office import Post
from docflow.signing import PostPlan, load_post
from docflow.transport import FileDrop
from docflow.wiring.arguments import checked
from docflow.wiring.typed_json import read_json

MAX_POST_BYTES = 1_000_000
"""Some ten thousand peers."""


@checked
def read_post(path: Path | str) -> tuple[Post, FileDrop]:
    """Return the post that a JSON file describes, and the file drop; the fields are those of ``PostPlan``.

    Does not check: that the certificate of the key is a service certificate of this agency; its peers do.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the file, or a file that it names, cannot be read or used.
        InputError: ``MALFORMED_INPUT``; a peer has no agency code.
    Source: docs/howto/run-an-office.md.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_POST_BYTES + 1)
    except OSError as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{path}: no settings of an exchange: {exc}",
            vi=f"Không đọc được tệp cấu hình trao đổi văn bản {path}.",
            way_out="see docs/howto/run-an-office.md for what the file holds",
        ) from exc
    plan: PostPlan = read_json(
        data,
        PostPlan,
        what=f"{path}: no settings of an exchange",
        vi=f"Tệp {path} không phải cấu hình trao đổi văn bản",
    )
    return load_post(plan, folder=path.parent), FileDrop(path.parent / plan.drop)
