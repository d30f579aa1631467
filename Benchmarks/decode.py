"""Decoding and checking alone, without a store: `sluice validate` on two million rows of police data. By scripts/bench.

Beside it the floor, one pass of the row scanner over the same file, in turn. Times are of the processor, all threads
together, so that rows per second are those of one core. The command is shown, and starts fast: it is what to profile.
"""

import argparse
import itertools
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys

import inputs
import runs
from floors import Floors
from intake import ROWS, expect, number

RUNS = 5


def main():
    options = read_options()
    rows = options.rows
    with runs.scratch_folder(options.cache) as scratch:
        source = inputs.Inputs(options.cache).clean(rows)
        inputs.read_through(source)
        command = runs.validate_command(source, options.programs)
        print(f"file: {rows:,} rows, {source.stat().st_size / 1e6:.0f} MB")
        print(f"command: {shlex.join(command)}", flush=True)
        floors = Floors(scratch)
        start = start_seconds(source, options.programs, scratch)
        measured = [one_round(floors, source, rows, options.programs) for _ in range(options.runs)]
    if options.perf:
        record(command, options.perf)
    show(rows, start, measured)


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/bench decode")
    parser.add_argument("--programs", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--cache", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--runs", type=number, default=RUNS, help=f"runs in turn with the floor, {RUNS} by default")
    parser.add_argument("--perf", type=pathlib.Path, metavar="FILE", help="record one more run with perf, into FILE")
    parser.add_argument("--rows", type=number, default=ROWS, help=f"rows of the file, {ROWS} by default")
    return parser.parse_args()


def start_seconds(source, programs, scratch):
    """Processor time of the command on one row: reading the plugin, starting and confining the worker."""
    single = scratch / "single.csv"
    with open(source, "rb") as file:
        single.write_bytes(b"".join(itertools.islice(file, 2)))
    return min(runs.validate(single, programs).cpu_seconds for _ in range(3))


def one_round(floors, source, rows, programs):
    floor = floors.scan(source)
    run = runs.validate(source, programs).show()
    expect(run, rows, 0)
    return floor, run


def show(rows, start, measured):
    wall = statistics.median(run.seconds for _, run in measured)
    cpu = statistics.median(run.cpu_seconds for _, run in measured)
    floor = statistics.median(floor for floor, _ in measured)
    ratio = statistics.median((run.cpu_seconds - start) / floor for floor, run in measured)
    print(f"median of {len(measured)} runs")
    print(f"  whole command                        {wall:7.2f} s   {rows / wall:,.0f} rows/s")
    print(f"  processor time                       {cpu:7.2f} s   {rows / cpu:,.0f} rows/s per core")
    print(f"  of it, to start: plugin and worker   {start:7.2f} s")
    print(f"  floor, one pass of the row scanner   {floor:7.2f} s   {rows / floor:,.0f} rows/s per core")
    print(f"  processor time without the start ÷ floor: {ratio:.2f}")


def record(command, path):
    if not shutil.which("perf"):
        sys.exit("perf is not installed (Debian: linux-perf)")
    perf = ["perf", "record", "--quiet", "--call-graph", "fp", "--output", str(path), "--", *command]
    subprocess.run(perf, check=True, stdout=subprocess.DEVNULL)
    look = f"perf report --no-children --comm sluice-decode --input {shlex.quote(str(path))}"
    print(f"recorded; look at it with: {look} | swift demangle --simplified")


if __name__ == "__main__":
    main()
