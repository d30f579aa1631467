"""Hiding what must be hidden in tables of counts, and proving it: up to a million cells. Run by scripts/bench.

The instances come from a seeded generator of their own (Benchmarks/Tables). The floor is one pass of plain additions over all
that adds up in an instance, measured before it is protected; it is printed beside each time, so that a slow hour can be told
from slow code.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import bars
from bars import Bar


def main():
    options = read_options()
    rows = [
        ("1m", "fast", 30, 10),
        ("1m-sparse", "fast", 30, 15),
        ("31k", "fast", 1, 0.3),
        ("31k", "good", 20, 8),
        ("partnership", "fast", 5, 2),
    ]
    found = {}
    all_bars = []
    for name, tier, must, aim in rows:
        runs = [probe(options, name, tier, seed) for seed in range(1, options.rounds + 1)]
        found[name, tier] = runs
        bar = Bar(f"{name}, {tier}: protect and certify, seconds", must, aim)
        bar.measured = bars.median([run["wallMicroseconds"] / 1e6 for run in runs])
        all_bars.append(bar)
        if any(run["verdict"] != "accepted" for run in runs):
            bar.measured, bar.reason = None, "a proof was not accepted"
    memory = Bar("1m, fast: peak memory", 2048, 1024, "MiB")
    memory.measured = max(run["peakMiB"] for run in found["1m", "fast"])
    checker = Bar("checker, seconds per million cells", 2, 1)
    checker.measured = bars.median([run["checkMicroseconds"] / run["cells"] for run in found["1m", "fast"]])
    ratio = Bar("31k: hidden nonzero cells, good ÷ fast", 0.92, 0.85)
    ratio.measured = bars.median(
        [good["hiddenNonzero"] / fast["hiddenNonzero"] for good, fast in zip(found["31k", "good"], found["31k", "fast"])]
    )
    all_bars += [memory, checker, ratio]
    print()
    bars.show(all_bars)
    if options.check and any(bar.is_missed for bar in all_bars):
        sys.exit(1)


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/bench tables")
    parser.add_argument("--programs", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--cache", type=pathlib.Path, help="not used")
    parser.add_argument("--check", action="store_true", help="end with 1 when a Must is missed")
    parser.add_argument("--rounds", type=int, default=3, help="seeds of each instance, 3 by default")
    return parser.parse_args()


def probe(options, name, tier, seed):
    command = [options.programs / "tables-probe", name, "--tier", tier, "--seed", str(seed)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"tables-probe {name} ended with {done.returncode}")
    run = json.loads(done.stdout)
    floor = run["floorMicroseconds"] / 1e6
    seconds = run["wallMicroseconds"] / 1e6
    print(f"{name}, {tier}, seed {seed}: {run['verdict']}")
    print(
        f"  {run['cells']:,} cells, {run['nonzero']:,} nonzero, {run['sensitive']:,} sensitive; hidden {run['hidden']:,}, "
        f"{run['hiddenNonzero']:,} of them nonzero ({100 * run['hiddenNonzero'] / max(1, run['nonzero']):.0f} %), "
        f"value {100 * run['hiddenValue'] / max(1, run['value']):.0f} %"
    )
    products = run["legs"] - run["explicitLegs"]
    print(
        f"  {run['walks']:,} walks of {run['legs']:,} legs: {products:,} products, {run['explicitLegs']:,} from linear programs; "
        f"{run['tried']:,} products looked at, {run['programs']:,} programs solved, {run['unhidden']:,} complements unhidden again"
    )
    print(
        f"  protect {run['protectMicroseconds'] / 1e6:.2f} s, check {run['checkMicroseconds'] / 1e6:.2f} s, "
        f"together {seconds:.2f} s, floor {floor:.3f} s ({seconds / floor:,.0f} ×), peak {run['peakMiB']} MiB"
    )
    levels = sorted(run["hiddenByLevel"].items(), key=lambda item: -item[1][1])[:8]
    print("  hidden nonzero by level (atoms covered): " + ", ".join(f"{key} {a:,} of {b:,}" for key, (a, b) in levels))
    sys.stdout.flush()
    return run


if __name__ == "__main__":
    main()
