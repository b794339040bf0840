"""How fast dashgen and the apps are, as ratios to a peer in the same run.

Each module measures one subject: ``python -m benchmarks.<subject> [--small] [--json]``.
``python -m benchmarks`` runs all of them and writes ``docs/benchmarks.md``.
"""
