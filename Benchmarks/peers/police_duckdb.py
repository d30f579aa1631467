"""What an analyst would write in DuckDB for the same job: police_duckdb.py FILE.csv DATABASE

A typed read, the checks that the police plugin makes, duplicates, minimised facts in a database file, and a count.
Prints one JSON object; `seconds` begins after the imports, so that the interpreter's own start does not count.
"""

import json
import sys
import time

import duckdb

COLUMNS = {
    "CrimeRef": "VARCHAR",
    "OffenceCode": "VARCHAR",
    "OffenceDesc": "VARCHAR",
    "CommittedFrom": "TIMESTAMP",
    "CommittedTo": "TIMESTAMP",
    "RecordedDate": "DATE",
    "LSOA": "VARCHAR",
    "Ward": "VARCHAR",
    "LocationType": "VARCHAR",
    "Weapon": "VARCHAR",
    "VictimSex": "VARCHAR",
    "VictimAge": "SMALLINT",
    "VictimEthnicity": "VARCHAR",
    "KnifeFlag": "VARCHAR",
    "DAFlag": "VARCHAR",
    "Outcome": "SMALLINT",
}

CHECKS = """
    CrimeRef IS NOT NULL
    AND OffenceCode IN ('105A', '8N', '8P', '28A', '30C', '34B', '66', '10D', '10C', '105B', '5D', '4.1', '1', '2',
        '37.2', '195')
    AND CommittedTo >= CommittedFrom
    AND RecordedDate >= CommittedFrom::DATE
    AND regexp_full_match(LSOA, '[EW]01[0-9]{6}')
    AND regexp_full_match(Ward, '[EW]05[0-9]{6}')
    AND LocationType IN ('PUBLIC PLACE', 'DWELLING', 'LICENSED PREMISES', 'SCHOOL', 'TRANSPORT', 'OTHER')
    AND VictimSex IN ('M', 'F', 'U', 'X')
    AND VictimAge BETWEEN 0 AND 120
    AND VictimEthnicity IN ('W1', 'W2', 'M1', 'A1', 'A2', 'B1', 'B2', 'O9', 'NS')
    AND KnifeFlag IN ('Y', 'N')
    AND DAFlag IN ('Y', 'N')
    AND Outcome BETWEEN 1 AND 22
"""

FACTS = """
    CREATE TABLE facts AS
    SELECT OffenceCode, date_trunc('month', CommittedFrom) AS month, extract(dow FROM CommittedFrom) AS weekday,
        extract(hour FROM CommittedFrom) // 6 AS part_of_day, LSOA, LocationType, Weapon, VictimSex,
        (VictimAge // 5)::SMALLINT AS age_band, VictimEthnicity, KnifeFlag, DAFlag, Outcome
    FROM raw
"""


def main():
    source, database = sys.argv[1], sys.argv[2]
    begun = time.perf_counter()
    connection = duckdb.connect(database)
    connection.execute("SET threads = 2")
    connection.execute(
        f"""CREATE TABLE raw AS SELECT * FROM read_csv(?, header = true, delim = ',', quote = '"',
            auto_detect = false, columns = {COLUMNS}, timestampformat = '%d/%m/%Y %H:%M', dateformat = '%d/%m/%Y',
            store_rejects = true)""",
        [source],
    )
    read = time.perf_counter()
    bad = connection.execute(f"SELECT count(*) FROM raw WHERE NOT ({CHECKS})").fetchone()[0]
    rows, repeated = connection.execute("SELECT count(*), count(*) - count(DISTINCT CrimeRef) FROM raw").fetchone()
    checked = time.perf_counter()
    connection.execute(FACTS)
    cells = connection.execute(
        "SELECT month, OffenceCode, VictimSex, age_band, count(*) FROM facts GROUP BY ALL"
    ).fetchall()
    connection.execute("DROP TABLE raw")
    connection.execute("CHECKPOINT")
    ended = time.perf_counter()
    print(
        json.dumps(
            {
                "rows": rows,
                "bad": bad + repeated,
                "cells": len(cells),
                "seconds": ended - begun,
                "steps": {"read": read - begun, "check": checked - read, "minimise": ended - checked},
            }
        )
    )


if __name__ == "__main__":
    main()
