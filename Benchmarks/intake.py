"""Two million rows of police data through the whole intake, beside DuckDB doing the same work. Run by scripts/bench.

The floors come first: what the machine does at best on the parts. Then pairs of runs in turn, so that whatever drifts
on the machine drifts for both. A run of Sluice gets a fresh instance, for it knows a file it has seen before.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))
import police_csv  # noqa: E402

ROWS = 2_000_000
PAIRS = 3
RATIO_MUST = 1.0
WORKER_MUST_MIB = 128
POLL_SECONDS = 0.01
PEERS = pathlib.Path(__file__).parent / "peers"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench intake")
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--check", action="store_true", help="end with 1 when a figure misses its Must")
    options = parser.parse_args()
    source = make_source(options.cache)
    with tempfile.TemporaryDirectory(prefix="run-", dir=options.cache) as scratch:
        show_floors(source, pathlib.Path(scratch))
        is_met = compare(source, options.programs.resolve(), pathlib.Path(scratch))
    if options.check and not is_met:
        sys.exit(1)


def make_source(cache):
    """The file, made once: its name changes when its recipe does."""
    recipe = hashlib.sha256((PEERS / "police_csv.py").read_bytes()).hexdigest()[:8]
    path = cache / f"police-{ROWS}-{recipe}.csv"
    if not path.exists():
        print(f"making {ROWS:,} rows in {path}", flush=True)
        unfinished = path.with_suffix(".part")
        subprocess.run([sys.executable, PEERS / "police_csv.py", str(ROWS), unfinished], check=True)
        unfinished.rename(path)
    return path


# Floors


def show_floors(source, scratch):
    megabytes = source.stat().st_size / 1e6
    print(f"file: {ROWS:,} rows, {megabytes:.0f} MB; {os.cpu_count()} processors")
    print("floors on this machine")
    count_lines(source)  # reads the file into memory for all that follow
    seconds = timed(lambda: count_lines(source))
    print(f"  row scan (line feeds)                 {seconds:6.2f} s  {megabytes / seconds:7.0f} MB/s")
    seconds = timed(lambda: hash_file(source))
    print(f"  SHA-256                               {seconds:6.2f} s  {megabytes / seconds:7.0f} MB/s")
    seconds = timed(lambda: write_durably(scratch / "floor", 1000))
    print(f"  1,000 × create, fsync, rename, fsync  {seconds:6.2f} s  {1000 / seconds:7.0f} /s", flush=True)


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def chunks(path):
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
            yield chunk


def count_lines(path):
    return sum(chunk.count(b"\n") for chunk in chunks(path))


def hash_file(path):
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def write_durably(folder, count):
    folder.mkdir()
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for index in range(count):
        file = os.open(folder / "new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, b"x" * 512)
        os.fsync(file)
        os.close(file)
        os.rename(folder / "new", folder / f"{index}")
        os.fsync(handle)
    os.close(handle)


# Runs


def compare(source, programs, scratch):
    print(f"runs in turn, {PAIRS} pairs")
    ratios, workers = [], []
    for index in range(PAIRS):
        ours = run_sluice(source, programs, scratch / f"sluice-{index}")
        theirs = run_duckdb(source, scratch / f"duckdb-{index}.db")
        if (ours["rows"], ours["bad"]) != (theirs["rows"], theirs["bad"]):
            sys.exit(f"not the same work: Sluice {ours['rows']} rows, {ours['bad']} bad; "
                     f"DuckDB {theirs['rows']} rows, {theirs['bad']} bad")
        ratios.append(ours["seconds"] / theirs["seconds"])
        workers.append(ours["memory"]["sluice-decode"])
        show("sluice ingest", ours)
        show("DuckDB", theirs)
        print(f"  ratio {ratios[-1]:.2f}", flush=True)
    ratio, worker = statistics.median(ratios), max(workers)
    ratio_met, worker_met = ratio <= RATIO_MUST, worker < WORKER_MUST_MIB
    print(f"ratio to DuckDB, median of {PAIRS}: {ratio:.2f}   Must: {RATIO_MUST:.1f} or less   {verdict(ratio_met)}")
    print(f"worker's peak memory: {worker:.0f} MiB   Must: below {WORKER_MUST_MIB} MiB   {verdict(worker_met)}")
    return ratio_met and worker_met


def verdict(is_met):
    return "met" if is_met else "MISSED"


def show(name, run):
    memory = ", ".join(f"{program} {mebibytes:.0f} MiB" for program, mebibytes in run["memory"].items())
    print(f"  {name:14} {run['seconds']:6.2f} s  {run['rows'] / run['seconds']:11,.0f} rows/s   peak {memory}")


def run_sluice(source, programs, instance):
    """The whole intake: private copy, hash, journal, worker, one transaction, receipt. The instance is made before."""
    sluice = str(programs / "sluice")
    subprocess.run([sluice, "init", str(instance)], check=True, stdout=subprocess.DEVNULL)
    add_areas(instance / "model" / "area.csv")
    config = str(instance / "sluice.yaml")
    command = [sluice, "ingest", str(source), "--authority", "marshvale-police", "--config", config, "--json"]
    seconds, output, memory = watch(command)
    delivery = json.loads(output)
    if "rows" not in delivery or not delivery["outcome"].startswith("accepted"):
        sys.exit(f"sluice ingest: {output.strip()}")
    shutil.rmtree(instance)
    # Between fork and exec the new process is still this one.
    memory = {name: mebibytes for name, mebibytes in memory.items() if name.startswith("sluice")}
    rows = delivery["rows"]
    return {"seconds": seconds, "rows": rows["read"], "bad": rows["rejected"], "memory": memory}


def add_areas(path):
    """Puts the areas of the made-up file into the instance's model, below a district that it has."""
    district = "E08999001"
    with open(path, "a", newline="") as file:
        for number in range(*police_csv.WARDS):
            file.write(f"E0500{number},Ward {number} (made up),ward,{district}\n")
        for number in range(*police_csv.LSOAS):
            file.write(f"E0103{number:04},Area {number} (made up),lsoa,{district}\n")


def run_duckdb(source, database):
    """The peer's own clock, without the interpreter's start; Sluice's is that of the whole process."""
    _, output, memory = watch([sys.executable, str(PEERS / "police_duckdb.py"), str(source), str(database)])
    database.unlink()
    result = json.loads(output)
    return {"seconds": result["seconds"], "rows": result["rows"], "bad": result["bad"], "memory": memory}


def watch(command):
    """Runs a command to its end: seconds, standard output, and the peak memory in MiB of it and of its children."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peaks = {}
    while process.poll() is None:
        for pid in [process.pid, *children(process.pid)]:
            name, kibibytes = peak(pid)
            if name:
                peaks[name] = max(peaks.get(name, 0), kibibytes)
        time.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - begun
    output = process.stdout.read()
    if process.returncode != 0:
        sys.exit(f"{pathlib.Path(command[0]).name} ended with {process.returncode}: {output.strip()}")
    return seconds, output, {name: kibibytes / 1024 for name, kibibytes in peaks.items()}


def children(pid):
    try:
        return [
            int(child)
            for task in os.listdir(f"/proc/{pid}/task")
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def peak(pid):
    """A process's name and the most memory it has held, in KiB."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None, 0
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    # A process that has ended and waits to be reaped has no memory to show.
    if "VmHWM" not in fields:
        return None, 0
    return fields["Name"].strip(), int(fields["VmHWM"].split()[0])


if __name__ == "__main__":
    main()
