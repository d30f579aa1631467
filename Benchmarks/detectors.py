"""How well identifiers are found by content: recall and false alarms on a seeded corpus. Run by scripts/bench.

The corpus was written apart from the detectors and shares no name with their list. `corpus.py` was at hand while the
detectors were built; of `corpus_held_out.py` every second template never was, and its figures stand below the table:
what to expect of texts of a kind nobody has seen.
"""

import argparse
import csv
import pathlib
import subprocess
import sys
import time
from unittest import mock

import corpus
import corpus_held_out
from bars import Bar, show

ROOT = pathlib.Path(__file__).parent.parent
WORDS = ROOT / "config/disclosure/words"
TEXTS = 20_000
COLUMNS = 4_000
COLUMN_ROWS = 1_000


def main():
    options = read_options()
    probe = options.programs / "sluice-probe"
    checked = recall(probe, corpus.check_digit_texts(options.seed, options.texts))
    formed = recall(probe, corpus.form_texts(options.seed, options.texts))
    show_recall("with a check digit", checked)
    show_recall("with a form", formed)
    show_look_alikes(probe, options)
    names = corpus.name_list(options.seed, own_names())
    known = [text for held_out in (False, True) for text in corpus.name_texts(options.seed, options.texts, names, held_out)]
    found, missed, false = name_counts(probe, known)
    bars = [
        Bar("recall of kinds with a check digit", 1.0, 1.0, at_least=True, measured=min(checked.values())),
        Bar(
            "declared columns refused falsely, of 1,000", 1.0, 0.5,
            measured=1000 * false_columns(probe, options) / options.columns),
        Bar("recall of names", 0.95, 0.97, at_least=True, measured=found / (found + missed)),
        Bar("precision of names", 0.9, 0.95, at_least=True, measured=found / (found + false)),
    ]
    show(bars)
    held_out(probe, options, names)
    if options.check and any(bar.is_missed for bar in bars):
        sys.exit(1)


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/bench detectors")
    parser.add_argument("--programs", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="end with 1 when a Must is missed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=int, default=TEXTS, help=f"texts of each kind of corpus, {TEXTS} by default")
    parser.add_argument("--columns", type=int, default=COLUMNS, help=f"columns of references, {COLUMNS} by default")
    return parser.parse_args()


def probe_lines(probe, what, text):
    command = [probe, what, WORDS]
    result = subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, text=True)
    return [set(line.split()) for line in result.stdout.split("\n")[:-1]]


def kinds(probe, texts):
    lines = probe_lines(probe, "texts", "".join(text + "\n" for text in texts))
    assert len(lines) == len(texts)
    return lines


def recall(probe, texts):
    """By kind, which share of the texts that hold one is found."""
    hits, totals = {}, {}
    for (_, kind), found in zip(texts, kinds(probe, [text for text, _ in texts])):
        totals[kind] = totals.get(kind, 0) + 1
        hits[kind] = hits.get(kind, 0) + (kind in found)
    return {kind: hits[kind] / totals[kind] for kind in sorted(totals)}


def show_recall(what, shares):
    print(f"recall of kinds {what}")
    for kind, share in shares.items():
        print(f"  {kind:28} {share:.4f}")


def show_look_alikes(probe, options):
    texts = corpus.look_alikes(options.seed, options.texts)
    begun = time.perf_counter()
    found = kinds(probe, texts)
    seconds = time.perf_counter() - begun
    print(f"look-alikes: {sum(map(bool, found))} of {len(texts)} taken for some identifier")
    print(f"  {len(texts) / seconds:,.0f} texts/s with the program's start", flush=True)


def own_names():
    """The names that the detector has in its list: no name of the corpus may be among them."""
    with open(WORDS / "name-words.csv", newline="") as file:
        return {row["word"] for row in csv.DictReader(file) if row["kind"] in ("given", "surname")}


def name_counts(probe, texts):
    found = missed = false = 0
    for (_, has_name), kinds_found in zip(texts, kinds(probe, [text for text, _ in texts])):
        is_found = "name" in kinds_found
        found += has_name and is_found
        missed += has_name and not is_found
        false += is_found and not has_name
    return found, missed, false


def held_out(probe, options, names):
    unseen = {"NAMED": corpus_held_out.NAMED[1::2], "UNNAMED": corpus_held_out.UNNAMED[1::2]}
    with mock.patch.multiple(corpus_held_out, **unseen):
        texts = corpus_held_out.name_texts(options.seed, options.texts, names)
    found, missed, false = name_counts(probe, texts)
    print("names in texts of templates never seen, for which there is no bar")
    print(f"  recall {found / (found + missed):.3f}, precision {found / (found + false):.3f}", flush=True)


def false_columns(probe, options):
    """Columns of random references that are taken for identifiers."""
    false = {}
    columns = list(corpus.reference_columns(options.seed, options.columns, COLUMN_ROWS))
    text = "".join("".join(f"{value}\n" for value in values) + "\n" for _, values in columns)
    for (shape, _), found in zip(columns, probe_lines(probe, "columns", text)):
        for kind in found:
            false[shape, kind] = false.get((shape, kind), 0) + 1
    print(f"{len(columns)} columns of {COLUMN_ROWS} random references")
    for (shape, kind), count in false.items():
        print(f"  {count} of shape {shape} taken for {kind}")
    return sum(false.values())


if __name__ == "__main__":
    main()
