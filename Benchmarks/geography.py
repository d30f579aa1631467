"""What a postcode directory costs: making the look-up of one of 2.7 million rows, and asking it. Run by scripts/bench.

Beside it what an analyst would do: SQLite with an index, and a dictionary in memory. The floor is SHA-256 of the file.
"""

import argparse
import csv
import pathlib
import random
import resource
import sqlite3
import subprocess
import sys
import time

import floors
import inputs
import runs

ROWS = 2_700_000
QUESTIONS = 1_000_000


def main():
    options = read_options()
    with runs.scratch_folder(options.cache) as scratch:
        source = directory(options.cache, options.rows)
        inputs.read_through(source)
        megabytes = source.stat().st_size / 1e6
        print(f"directory: {options.rows:,} rows, {megabytes:.0f} MB")
        seconds = floors.timed(lambda: floors.hash_file(source))
        floors.show("floor: SHA-256 of the file", seconds, f"{megabytes / seconds:,.0f} MB/s")
        lookup = make(options, scratch, source, seconds)
        postcodes, points = questions(source, scratch, min(QUESTIONS, options.rows))
        ask(options, lookup, "time-postcodes", postcodes, "postcodes")
        ask(options, lookup, "time-points", points, "points, nearest postcode")
        peers(source, postcodes, scratch)


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/bench geography")
    parser.add_argument("--programs", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--cache", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"rows of the directory, {ROWS} by default")
    parser.add_argument("--check", action="store_true", help="end with 1 when an answer is wrong")
    return parser.parse_args()


def directory(cache, rows):
    path = cache / f"postcodes-{rows}-{inputs.recipe('postcode_directory.py')}.csv"
    return inputs.make(path, rows * 220, ["postcode_directory.py", rows])


def make(options, scratch, source, floor):
    config = scratch / "site" / "sluice.yaml"
    sluice = options.programs / "sluice"
    subprocess.run([sluice, "init", config.parent], check=True, stdout=subprocess.DEVNULL)
    command = [sluice, "geography", "import", source, "--config", config]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    seconds = floors.timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    lookup = config.parent / "state/geography/postcodes.lookup"
    floors.show("sluice geography import", seconds, f"{seconds / floor:.1f} × the floor, peak {peak:.0f} MiB")
    print(f"  the look-up has {lookup.stat().st_size / 1e6:.1f} MB: {lookup.stat().st_size / options.rows:.1f} bytes a row")
    return lookup


def questions(source, scratch, count):
    """Postcodes and places of random rows, some changed so that they are in no directory."""
    choice = random.Random(1)
    with open(source, newline="") as file:
        rows = [(row["pcds"], row["oseast1m"], row["osnrth1m"]) for row in csv.DictReader(file)]
    postcodes, points = scratch / "postcodes", scratch / "points"
    with open(postcodes, "w") as codes, open(points, "w") as places:
        for _ in range(count):
            postcode, east, north = choice.choice(rows)
            codes.write(postcode + "\n")
            east, north = int(east or 1), int(north or 1)
            places.write(f"{east + choice.randrange(-300, 300)} {north + choice.randrange(-300, 300)}\n")
    return postcodes, points


def ask(options, lookup, what, file, name):
    command = [options.programs / "sluice-probe", what, lookup, file]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    found, seconds = int(result[0]), float(result[1])
    with open(file) as lines:
        count = sum(1 for _ in lines)
    per_million = seconds / count * 1e6
    floors.show(f"{count:,} {name}", seconds, f"{per_million:.2f} s a million; {found:,} found")
    if what == "time-postcodes" and found != count:
        print("an answer is missing")
        sys.exit(1 if options.check else 0)


def peers(source, postcodes, scratch):
    wanted = postcodes.read_text().split("\n")[:-1]
    begun = time.perf_counter()
    with open(source, newline="") as file:
        table = {row["pcds"]: (row["lsoa21"], row["msoa21"], row["osward"], row["oslaua"]) for row in csv.DictReader(file)}
    loaded = time.perf_counter() - begun
    begun = time.perf_counter()
    found = sum(postcode in table for postcode in wanted)
    floors.show("peer: a dictionary in memory", time.perf_counter() - begun, f"{found:,} found; {loaded:.1f} s to load")
    database = sqlite3.connect(scratch / "peer.db")
    begun = time.perf_counter()
    database.execute("CREATE TABLE p (pcds TEXT PRIMARY KEY, lsoa TEXT, msoa TEXT, ward TEXT, lad TEXT) WITHOUT ROWID")
    database.executemany("INSERT INTO p VALUES (?, ?, ?, ?, ?)", ((key, *value) for key, value in table.items()))
    database.commit()
    loaded = time.perf_counter() - begun
    begun = time.perf_counter()
    found = sum(database.execute("SELECT lsoa FROM p WHERE pcds = ?", (each,)).fetchone() is not None for each in wanted)
    floors.show("peer: SQLite with an index", time.perf_counter() - begun, f"{found:,} found; {loaded:.1f} s to load")


if __name__ == "__main__":
    main()
