"""Many documents: jobs, the journal of a run, executors, outcomes.

What it does not do: it does not know how a document is signed; :mod:`vnsign.wiring.batch` brings that.
"""
