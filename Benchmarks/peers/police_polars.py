"""What an analyst would write in Polars for the same job: police_polars.py FILE.csv

A typed read, the checks that the police plugin makes, duplicates, minimised facts and a count, all in memory: nothing
is written. A cell that its type cannot read ends the script, where Sluice and DuckDB set the row aside and go on; that
costs Polars less. Prints one JSON object; `seconds` begins after the imports, so that the interpreter's own start does
not count.
"""

import json
import sys
import time

import polars

TEXTS = [
    "CrimeRef", "OffenceCode", "OffenceDesc", "CommittedFrom", "CommittedTo", "RecordedDate", "LSOA", "Ward",
    "LocationType", "Weapon", "VictimSex", "VictimEthnicity", "KnifeFlag", "DAFlag",
]
NUMBERS = ["VictimAge", "Outcome"]
CODES = {
    "OffenceCode": [
        "105A", "8N", "8P", "28A", "30C", "34B", "66", "10D", "10C", "105B", "5D", "4.1", "1", "2", "37.2", "195",
    ],
    "LocationType": ["PUBLIC PLACE", "DWELLING", "LICENSED PREMISES", "SCHOOL", "TRANSPORT", "OTHER"],
    "VictimSex": ["M", "F", "U", "X"],
    "VictimEthnicity": ["W1", "W2", "M1", "A1", "A2", "B1", "B2", "O9", "NS"],
    "KnifeFlag": ["Y", "N"],
    "DAFlag": ["Y", "N"],
}


def column(name):
    return polars.col(name)


CHECKS = [
    column("CrimeRef").is_not_null(),
    *(column(name).is_in(codes) for name, codes in CODES.items()),
    column("CommittedTo") >= column("CommittedFrom"),
    column("RecordedDate") >= column("CommittedFrom").dt.date(),
    column("LSOA").str.contains(r"^[EW]01[0-9]{6}$"),
    column("Ward").str.contains(r"^[EW]05[0-9]{6}$"),
    column("VictimAge").is_between(0, 120),
    column("Outcome").is_between(1, 22),
]

FACTS = [
    column("OffenceCode"),
    column("CommittedFrom").dt.truncate("1mo").alias("month"),
    column("CommittedFrom").dt.weekday().alias("weekday"),
    (column("CommittedFrom").dt.hour() // 6).alias("part_of_day"),
    column("LSOA"), column("LocationType"), column("Weapon"), column("VictimSex"),
    (column("VictimAge") // 5).alias("age_band"),
    column("VictimEthnicity"), column("KnifeFlag"), column("DAFlag"), column("Outcome"),
]


def main():
    begun = time.perf_counter()
    types = {name: polars.String for name in TEXTS} | {name: polars.Int16 for name in NUMBERS}
    rows = polars.scan_csv(sys.argv[1], schema_overrides=types).with_columns(
        column("CommittedFrom").str.to_datetime("%d/%m/%Y %H:%M"),
        column("CommittedTo").str.to_datetime("%d/%m/%Y %H:%M"),
        column("RecordedDate").str.to_date("%d/%m/%Y"),
    )
    # One pass. The reference stays beside the facts until duplicates are counted.
    facts = rows.select(*FACTS, column("CrimeRef"), polars.all_horizontal(CHECKS).alias("is_good")).collect()
    read = time.perf_counter()
    bad = (~facts["is_good"]).sum()
    repeated = facts.height - facts["CrimeRef"].n_unique()
    checked = time.perf_counter()
    cells = facts.group_by("month", "OffenceCode", "VictimSex", "age_band").len()
    ended = time.perf_counter()
    print(
        json.dumps(
            {
                "rows": facts.height,
                "bad": bad + repeated,
                "cells": cells.height,
                "seconds": ended - begun,
                "steps": {"read": read - begun, "duplicates": checked - read, "count": ended - checked},
            }
        )
    )


if __name__ == "__main__":
    main()
