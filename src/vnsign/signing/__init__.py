"""Signing: a signer prepared once, one signature written, evidence added.

What it does not do: verify (its sibling room does), or reach the network (sources come in as ports).
"""
