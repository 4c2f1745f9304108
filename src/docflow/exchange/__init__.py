"""What to send, repeat, accept, return, give up. Pure: events in, decisions out."""

from __future__ import annotations

from docflow.exchange.arrivals import Refusal, find_main_pdf, is_secret, judge_document, judge_notice
from docflow.exchange.parcels import name_parcel
from docflow.exchange.repeating import Attempt, ResendPolicy, plan_attempt, schedule_next
from docflow.exchange.statuses import RECEIPT_OF_STATUS, STATUS_OF_RECEIPT

__all__ = [
    "RECEIPT_OF_STATUS",
    "STATUS_OF_RECEIPT",
    "Attempt",
    "Refusal",
    "ResendPolicy",
    "find_main_pdf",
    "is_secret",
    "judge_document",
    "judge_notice",
    "name_parcel",
    "plan_attempt",
    "schedule_next",
]
