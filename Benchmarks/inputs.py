"""The files that benches read: made up once, by the scripts in peers/, and kept in the cache."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

PEERS = pathlib.Path(__file__).parent / "peers"
# The finished file is about this long; what making it needs besides is less.
ROW_BYTES = 152
WORKBOOK_ROW_BYTES = 100


class Inputs:
    """Each file is made when it is first asked for. Its name changes when its recipe does."""

    def __init__(self, cache):
        self.cache = cache

    def clean(self, rows):
        """Police recorded crime, 16 columns, all of it valid."""
        path = self.cache / f"police-{rows}-{recipe('police_csv.py')}.csv"
        return make(path, rows * ROW_BYTES, ["police_csv.py", rows])

    def spoiled(self, rows):
        """The same file with bad rows and repeated keys; how many, `police_spoiled` says."""
        path = self.cache / f"police-{rows}-{recipe('police_csv.py', 'police_spoiled.py')}-spoiled.csv"
        return make(path, rows * ROW_BYTES, ["police_spoiled.py", self.clean(rows), rows])

    def workbook(self, rows, source_rows):
        """The first rows of the clean file of `source_rows`, as XLSX."""
        path = self.cache / f"police-{rows}-{recipe('police_csv.py', 'police_xlsx.py')}.xlsx"
        return make(path, rows * WORKBOOK_ROW_BYTES, ["police_xlsx.py", self.clean(source_rows), rows])

    def has_clean(self, rows):
        return (self.cache / f"police-{rows}-{recipe('police_csv.py')}.csv").exists()


def recipe(*scripts):
    return hashlib.sha256(b"".join((PEERS / script).read_bytes() for script in scripts)).hexdigest()[:8]


def make(path, about_bytes, command):
    """Runs a maker with the path as its last argument, unless the file is there. Nothing is left half done."""
    if path.exists():
        return path
    if shortage := missing_space(path.parent, about_bytes):
        sys.exit(f"no room for {path.name}: {shortage}")
    script, *arguments = command
    print(f"making {path}", flush=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        subprocess.run([sys.executable, PEERS / script, *map(str, arguments), unfinished], check=True)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def missing_space(folder, wanted_bytes):
    """Why the folder cannot take so many bytes more, or nothing. Leaves a GiB to everybody else."""
    free = shutil.disk_usage(folder).free - (1 << 30)
    if free >= wanted_bytes:
        return None
    return f"{gigabytes(wanted_bytes)} GB are needed in {folder} and {gigabytes(max(free, 0))} GB are to be had"


def missing_memory(wanted_bytes):
    """Why the machine cannot keep so many bytes in memory, or nothing."""
    fields = dict(line.split(":", 1) for line in pathlib.Path("/proc/meminfo").read_text().splitlines())
    available = int(fields["MemAvailable"].split()[0]) * 1024
    if available >= wanted_bytes:
        return None
    return f"{gigabytes(wanted_bytes)} GB of memory are needed and {gigabytes(available)} GB are to be had"


def gigabytes(count):
    return f"{count / 1e9:.1f}"


def read_through(path):
    """Brings a file into memory, so that no run pays for the disk. Returns its lines."""
    with open(path, "rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
