"""Two million rows of police data through the whole intake, beside what a user would pick instead. By scripts/bench.

The floors come first: what the machine does at best on the parts. Then all contestants in turn, some rounds of that,
so that whatever drifts on the machine drifts for all; a ratio is the median of those of each round. A run of Sluice
gets a fresh instance, for it knows a file it has seen before. Last the table of what is promised and what was measured.
"""

import argparse
import itertools
import pathlib
import statistics
import sys

import bars
import inputs
import runs
from bars import Bar
from floors import Floors

sys.path.insert(0, str(inputs.PEERS))
import police_spoiled  # noqa: E402

ROWS = 2_000_000
LARGE_TIMES = 10
WORKBOOK_ROWS = 200_000
FRICTIONLESS_ROWS = 100_000
PAIRS = 5

# MiB, and bytes for each row where a key is declared, as it is here.
WORKER_MUST, WORKER_ROW_BYTES = 96, 10
DAEMON_MUST = 128


def main():
    options = read_options()
    contest = Contest(options)
    try:
        with runs.scratch_folder(options.cache) as scratch:
            contest.run(scratch)
    finally:
        # Also when something went wrong on the way: what was measured by then is worth seeing.
        contest.show()
    if options.check and any(bar.is_missed for bar in contest.all_bars):
        sys.exit(1)


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/bench intake")
    parser.add_argument("--programs", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--cache", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--check", action="store_true", help="end with 1 when a Must is missed")
    parser.add_argument("--pairs", type=number, default=PAIRS, help=f"rounds of runs in turn, {PAIRS} by default")
    parser.add_argument("--quick", action="store_true", help="leave out Frictionless and the file ten times as large")
    parser.add_argument("--rows", type=number, default=ROWS, help="to try the bench itself; the figures mean nothing")
    return parser.parse_args()


def number(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a number above 0")
    return value


class Contest:
    def __init__(self, options):
        self.options = options
        self.inputs = inputs.Inputs(options.cache)
        self.rows = options.rows
        self.large_rows = options.rows * LARGE_TIMES
        quick = options.quick
        small, large = millions(self.rows), millions(self.large_rows)
        self.duckdb = Bar("sluice ingest ÷ DuckDB into a database file", 0.5, 0.35)
        self.polars = Bar("sluice ingest ÷ Polars in memory", 0.8, 0.5)
        self.frictionless = Bar("rows per second ÷ Frictionless", 25, 40, at_least=True, is_waived=quick)
        self.spoiled = Bar("1 % bad rows, 0.1 % repeated keys ÷ clean", 1.2, 1.1)
        self.worker = memory_bar(f"peak memory of the worker at {small}", worker_must(self.rows))
        self.daemon = memory_bar(f"peak memory of sluice at {small}", DAEMON_MUST)
        self.large_worker = memory_bar(f"peak memory of the worker at {large}", worker_must(self.large_rows), quick)
        self.large_daemon = memory_bar(f"peak memory of sluice at {large}", DAEMON_MUST, quick)
        self.growth = Bar(f"time per row at {large} ÷ at {small}", 1.15, 1.0, is_waived=quick)
        self.workbook = Bar("XLSX: sluice validate ÷ openpyxl reading cells", 0.1, 0.05)
        self.all_bars = [
            self.duckdb, self.polars, self.frictionless, self.spoiled, self.worker, self.daemon, self.large_worker,
            self.large_daemon, self.growth, self.workbook,
        ]
        for bar in self.all_bars:
            bar.reason = "the bench did not get so far"

    def run(self, scratch):
        rows = self.rows
        if rows != ROWS:
            print(f"tried with {rows:,} rows: the figures mean nothing")
        workbook_rows = min(WORKBOOK_ROWS, rows)
        source, spoiled = self.inputs.clean(rows), self.inputs.spoiled(rows)
        workbook = self.inputs.workbook(workbook_rows, rows)
        for path in (source, spoiled, workbook):
            inputs.read_through(path)
        Floors(scratch).show(source, rows)
        self.compare_text(source, spoiled, scratch)
        self.compare_workbook(workbook, workbook_rows)
        if not self.options.quick:
            self.grow(source, scratch)

    def show(self):
        if all(bar.measured is None for bar in self.all_bars):
            return
        print()
        bars.show(self.all_bars)

    # Delimited text

    def compare_text(self, source, spoiled, scratch):
        """Runs all that reads CSV, in turn, and fills in its bars."""
        contestants = {
            "sluice": lambda round: self.ingest(source, scratch / f"clean-{round}", 0),
            "duckdb": lambda round: self.duckdb_run(source, scratch / f"duckdb-{round}.db"),
            "polars": lambda round: runs.peer("Polars", "police_polars.py", source),
            "spoiled": lambda round: self.ingest(spoiled, scratch / f"spoiled-{round}", self.spoiled_count()),
        }
        if not self.options.quick:
            head = first_rows(source, min(FRICTIONLESS_ROWS, self.rows), scratch / "head.csv")
            contestants["frictionless"] = lambda round: runs.peer("Frictionless", "police_frictionless.py", head)
        rounds = self.take_turns(contestants)

        def ratio(name):
            return statistics.median(one["sluice"].seconds / one[name].seconds for one in rounds)

        self.duckdb.measured = ratio("duckdb")
        self.polars.measured = ratio("polars")
        self.spoiled.measured = 1 / ratio("spoiled")
        if "frictionless" in contestants:
            self.frictionless.measured = statistics.median(
                one["sluice"].rows_per_second / one["frictionless"].rows_per_second for one in rounds)
        everything = [one[name] for one in rounds for name in ("sluice", "spoiled")]
        self.worker.measured = peak(everything, "sluice-decode")
        self.daemon.measured = peak(everything, "sluice")

    def take_turns(self, contestants):
        """One run of each contestant a round, every second round the other way round."""
        rounds = []
        for index in range(self.options.pairs):
            print(f"round {index + 1} of {self.options.pairs}")
            names = list(contestants) if index % 2 == 0 else list(reversed(contestants))
            one = {name: contestants[name](index).show() for name in names}
            rounds.append(one)
            for name in ("duckdb", "polars"):
                same_work(one["sluice"], one[name])
            if "frictionless" in one:
                expect(one["frictionless"], min(FRICTIONLESS_ROWS, self.rows), 0)
        return rounds

    def ingest(self, source, instance, bad, rows=None):
        run = runs.ingest(source, self.options.programs, instance)
        if bad:
            run.name = "sluice, spoiled file"
        expect(run, rows or self.rows, bad)
        return run

    def duckdb_run(self, source, database):
        run = runs.peer("DuckDB", "police_duckdb.py", source, database)
        database.unlink()
        return run

    def spoiled_count(self):
        # Of rows with the same key all but the first are bad.
        return police_spoiled.bad_count(self.rows) + police_spoiled.duplicate_count(self.rows)

    # Workbook

    def compare_workbook(self, workbook, rows):
        print(f"workbook of {rows:,} rows, {workbook.stat().st_size / 1e6:.0f} MB")
        ratios = []
        for _ in range(self.options.pairs):
            try:
                ours = runs.validate(workbook, self.options.programs).show()
            except runs.CannotRead as reason:
                print(f"  sluice validate does not read the workbook: {reason}")
                self.workbook.reason = f"sluice validate does not read it ({reason})"
                return
            if (ours.rows, ours.bad) != (rows, 0):
                print("  sluice validate does not read the workbook as it is")
                self.workbook.reason = f"sluice validate counts {ours.rows} rows, {ours.bad} bad, of {rows} good ones"
                return
            theirs = runs.peer("openpyxl, read only", "police_openpyxl.py", workbook).show()
            expect(theirs, rows, 0)
            ratios.append(ours.seconds / theirs.seconds)
        self.workbook.measured = statistics.median(ratios)

    # Ten times as much

    def grow(self, small, scratch):
        """Runs the large file and the small one in turn."""
        rows = self.large_rows
        size = rows * inputs.ROW_BYTES
        # Intake keeps a private copy beside what it stores of it.
        space = size * 3 // 2 + (0 if self.inputs.has_clean(rows) else size)
        # The file and its copy; read from a disk, the run would measure the disk.
        shortage = inputs.missing_space(self.options.cache, space) or inputs.missing_memory(size * 2)
        if shortage:
            print(f"no run at {millions(rows)}: {shortage}")
            for bar in (self.large_worker, self.large_daemon, self.growth):
                bar.reason = shortage
            return
        source = self.inputs.clean(rows)
        print(f"file: {rows:,} rows, {source.stat().st_size / 1e6:,.0f} MB")
        measured, ratios = [], []
        for _ in range(self.options.pairs):
            inputs.read_through(small)
            inputs.read_through(source)
            beside = self.ingest(small, scratch / "small", 0).show()
            measured.append(self.ingest(source, scratch / "large", 0, rows).show())
            ratios.append(beside.rows_per_second / measured[-1].rows_per_second)
        self.large_worker.measured = peak(measured, "sluice-decode")
        self.large_daemon.measured = peak(measured, "sluice")
        self.growth.measured = statistics.median(ratios)


def memory_bar(name, must, is_waived=False):
    return Bar(name, must, must / 2, unit="MiB", is_waived=is_waived)


def worker_must(rows):
    return WORKER_MUST + rows * WORKER_ROW_BYTES / (1 << 20)


def peak(all_runs, program):
    return max(run.memory.get(program, 0) for run in all_runs)


def millions(rows):
    return f"{rows / 1e6:g} million rows"


def expect(run, rows, bad):
    if (run.rows, run.bad) != (rows, bad):
        sys.exit(f"not the work that was asked for: {run.name} counts {run.rows} rows, {run.bad} bad; "
                 f"the file has {rows} and {bad}")


def same_work(ours, theirs):
    if (ours.rows, ours.bad) != (theirs.rows, theirs.bad):
        sys.exit(f"not the same work: Sluice {ours.rows} rows, {ours.bad} bad; "
                 f"{theirs.name} {theirs.rows} rows, {theirs.bad} bad")


def first_rows(source, rows, target):
    with open(source, "rb") as file, open(target, "wb") as head:
        head.writelines(itertools.islice(file, rows + 1))
    return target


if __name__ == "__main__":
    main()
