"""The changes that a later revision of a PDF may bring, each named by what it means."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vnsign.pdf.opening import ObjectId


class ChangeKind(StrEnum):
    """One kind of change."""

    # what long-term validation adds
    SECURITY_STORE = "security_store"
    DOCUMENT_TIMESTAMP = "document_timestamp"
    METADATA = "metadata"
    STRUCTURE_EXTENDED = "structure_extended"
    # the form
    FIELD_FILLED = "field_filled"
    FIELD_REFILLED = "field_refilled"
    LOOK_CHANGED = "look_changed"
    LOOK_DIFFERS_FROM_VALUE = "look_differs_from_value"
    FIELD_SIGNED = "field_signed"
    SIGNATURE_FIELD_ADDED = "signature_field_added"
    FIELD_ADDED = "field_added"
    FIELD_REMOVED = "field_removed"
    FIELD_CHANGED = "field_changed"
    SIGNATURE_CHANGED = "signature_changed"
    FORM_CHANGED = "form_changed"
    # pages and the rest
    ANNOTATION_ADDED = "annotation_added"
    ANNOTATION_CHANGED = "annotation_changed"
    ANNOTATION_REMOVED = "annotation_removed"
    PAGE_CHANGED = "page_changed"
    PAGES_ADDED_OR_REMOVED = "pages_added_or_removed"
    CATALOG_CHANGED = "catalog_changed"
    ENCRYPTION_CHANGED = "encryption_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change.

    Attributes:
        field: Fully qualified name of the field concerned, empty if none.
        where: Page, object or key, for a person.
        page: Number of the page concerned from 1, None if none or not known.
        object_id: Number and generation of the object concerned, None if none.
        values: What was seen, as short strings; ``odd`` says why a change is more than its kind.
    """

    kind: ChangeKind
    field: str = ""
    where: str = ""
    page: int | None = None
    object_id: ObjectId | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
