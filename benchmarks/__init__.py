"""Figures, measured side by side with peers in one run, reported as ratios of medians with all samples kept.

`python -m benchmarks` lists them, `python -m benchmarks NAME [RUNS]` runs one and writes benchmarks/results/NAME.json.
One file per benchmark, found by being there; each defines `QUESTION` and `run(runs) -> Figures`.
"""
