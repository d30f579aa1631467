"""One run of Sluice or of a peer: how long it took, what it counted, and the most memory it held."""

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import inputs

sys.path.insert(0, str(inputs.PEERS))
import police_csv  # noqa: E402

# Peaks are the kernel's own marks: a look now and then is enough.
POLL_SECONDS = 0.03
# Intake takes 2 GiB by default; the file of 20 million rows has 3 GB.
FILE_LIMIT = ("# fileLimitBytes: 2 GiB", "fileLimitBytes: 64 GiB")


@dataclasses.dataclass
class Run:
    name: str
    seconds: float
    rows: int
    bad: int
    # Of the process and all that it started, in user and kernel.
    cpu_seconds: float
    # Peak in MiB, by the program's name.
    memory: dict[str, float]

    @property
    def rows_per_second(self):
        return self.rows / self.seconds

    def show(self):
        memory = ", ".join(f"{program} {mebibytes:.0f} MiB" for program, mebibytes in self.memory.items())
        rate = f"{self.rows_per_second:11,.0f} rows/s"
        print(f"  {self.name:22} {self.seconds:7.2f} s {rate}   peak {memory}", flush=True)
        return self


class CannotRead(Exception):
    """Sluice gave a file back unread. Says why, by its finding codes."""


@contextlib.contextmanager
def scratch_folder(cache):
    """A folder for one bench, which is gone afterwards, whatever happens. Benches wait for one another."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left_behind in cache.glob("run-*"):
            shutil.rmtree(left_behind)
        with tempfile.TemporaryDirectory(prefix="run-", dir=cache) as folder:
            yield pathlib.Path(folder)


# Sluice


def ingest(source, programs, instance):
    """The whole intake: private copy, hash, journal, worker, one transaction, receipt. The instance is made before."""
    sluice = str(programs / "sluice")
    subprocess.run([sluice, "init", str(instance)], check=True, stdout=subprocess.DEVNULL)
    add_areas(instance / "model" / "area.csv")
    config = instance / "sluice.yaml"
    lift_file_limit(config)
    ended = watch([sluice, "ingest", str(source), "--authority", "marshvale-police", "--config", str(config), "--json"])
    delivery = ended.answer()
    if not delivery.get("outcome", "").startswith("accepted"):
        sys.exit(f"sluice ingest ended with {ended.status}: {ended.output.strip()}")
    shutil.rmtree(instance)
    return ended.run("sluice ingest", delivery["rows"]["read"], delivery["rows"]["rejected"], only="sluice")


def validate(source, programs):
    """Decoding and checks alone: no instance, nothing kept. The made-up areas are unknown here, which is a warning."""
    ended = watch(validate_command(source, programs))
    report = ended.answer()
    if report.get("rows", {}).get("read", 0) == 0:
        codes = sorted({finding["code"] for finding in report.get("findings", [])})
        raise CannotRead(", ".join(codes) or f"status {ended.status}")
    return ended.run("sluice validate", report["rows"]["read"], report["rows"]["rejected"], only="sluice")


def validate_command(source, programs):
    return [str(programs / "sluice"), "validate", str(source), "--plugin", "police", "--json"]


def add_areas(path):
    """Puts the areas of the made-up file into the instance's model, below a district that it has."""
    district = "E08999001"
    with open(path, "a", newline="") as file:
        for number in range(*police_csv.WARDS):
            file.write(f"E0500{number},Ward {number} (made up),ward,{district}\n")
        for number in range(*police_csv.LSOAS):
            file.write(f"E0103{number:04},Area {number} (made up),lsoa,{district}\n")


def lift_file_limit(config):
    before = config.read_text()
    if FILE_LIMIT[0] not in before:
        sys.exit(f"the settings of a new instance no longer have the line {FILE_LIMIT[0]!r}")
    config.write_text(before.replace(*FILE_LIMIT))


# Peers


def peer(name, script, *arguments):
    """A peer has its own clock, without the interpreter's start; Sluice's is that of the whole process."""
    ended = watch([sys.executable, str(inputs.PEERS / script), *map(str, arguments)])
    if ended.status != 0:
        sys.exit(f"{script} ended with {ended.status}: {ended.output.strip()}")
    answer = ended.answer()
    run = ended.run(name, answer["rows"], answer.get("bad", 0), only="python")
    run.seconds = answer["seconds"]
    return run


# Processes


@dataclasses.dataclass
class Ended:
    status: int
    output: str
    seconds: float
    cpu_seconds: float
    memory: dict[str, float]

    def answer(self):
        try:
            return json.loads(self.output)
        except json.JSONDecodeError:
            sys.exit(f"no answer in JSON, status {self.status}: {self.output.strip()[:500]}")

    def run(self, name, rows, bad, only):
        # Between fork and exec a new process is still the one that started it.
        memory = {program: peak for program, peak in self.memory.items() if program.startswith(only)}
        return Run(name, self.seconds, rows, bad, self.cpu_seconds, memory)


def watch(command):
    """Runs a command to its end, looking now and then at the memory of it and of its children."""
    # What earlier runs left to be written is not this one's burden.
    os.sync()
    spent = children_seconds()
    begun = time.perf_counter()
    # A file: a pipe that nobody empties would stop a talkative program.
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output)
        handle = os.pidfd_open(process.pid)
        try:
            peaks = {}
            ends = select.poll()
            ends.register(handle, select.POLLIN)
            while not ends.poll(POLL_SECONDS * 1000):
                for pid in [process.pid, *children(process.pid)]:
                    name, kibibytes = peak(pid)
                    if name:
                        peaks[name] = max(peaks.get(name, 0), kibibytes)
            seconds = time.perf_counter() - begun
            status = process.wait()
        finally:
            os.close(handle)
            if process.poll() is None:
                process.kill()
                process.wait()
        output.seek(0)
        memory = {name: kibibytes / 1024 for name, kibibytes in peaks.items()}
        return Ended(status, output.read(), seconds, children_seconds() - spent, memory)


def children_seconds():
    """Processor time of all processes that were started and waited for, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


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
