"""Judging signatures: any bytes in, a frozen report out.

Source: ETSI EN 319 102-1; design of this project §3.1.
"""

from vnsign.verification.inspection import inspect, inspect_by
from vnsign.verification.material import Circumstances

__all__ = ["Circumstances", "inspect", "inspect_by"]
