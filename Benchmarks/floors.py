"""What the machine at hand does at best on the parts of the intake. No program that does the work can be faster."""

import hashlib
import json
import os
import pathlib
import subprocess
import time

FOLDER = pathlib.Path(__file__).parent / "floors"
FILES = 1000


class Floors:
    def __init__(self, scratch):
        """Builds the program that knows the row scanner and SQLite."""
        self.scratch = scratch
        self.program = scratch / "floors"
        subprocess.run([FOLDER / "build.sh", self.program], check=True)

    def show(self, source, rows):
        megabytes = source.stat().st_size / 1e6
        print(f"file: {rows:,} rows, {megabytes:.0f} MB; {os.cpu_count()} processors")
        print("floors on this machine, one thread each")
        seconds = timed(lambda: hash_file(source))
        show("SHA-256 of the file", seconds, f"{megabytes / seconds:,.0f} MB/s")
        seconds = self.scan(source)
        show("row scanner over the file", seconds, f"{megabytes / seconds:,.0f} MB/s")
        seconds = self.insert(rows)
        show(f"{rows:,} SQLite inserts", seconds, f"{rows / seconds:,.0f} rows/s")
        seconds = timed(lambda: write_durably(self.scratch / "floor", FILES))
        show(f"{FILES:,} × create, fsync, rename, fsync", seconds, f"{FILES / seconds:,.0f} /s")

    def scan(self, source):
        """Seconds of one pass of the row scanner."""
        return self.run("scan", source)["seconds"]

    def insert(self, rows):
        """Seconds until so many rows of ten columns are durable."""
        os.sync()
        measured = self.run("insert", self.scratch / "floor.db", rows)
        assert measured["rows"] == rows
        for file in self.scratch.glob("floor.db*"):
            file.unlink()
        return measured["seconds"]

    def run(self, *arguments):
        command = [str(self.program), *map(str, arguments)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def show(what, seconds, rate):
    print(f"  {what:38} {seconds:7.2f} s   {rate}", flush=True)


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def hash_file(path):
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
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
