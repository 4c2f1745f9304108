"""The main job as a newcomer sees it: two agencies issue documents. Uses docflow's and vnsign's public API.

The command stands in :mod:`docflow.demo.command`, the run in :mod:`docflow.demo.run`.
"""
