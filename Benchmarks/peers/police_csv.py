"""Makes up police recorded crime: police_csv.py ROWS OUT.csv. The same number of rows gives the same file.

One row is a crime with its offence, times, place, weapon and victim: 16 columns of a force's own export. Every value is
valid, so that all programs measured on it take the same path. References, areas and people are invented.
"""

import datetime
import sys

import numpy

OFFENCES = ["105A", "8N", "8P", "28A", "30C", "34B", "66", "10D", "10C", "105B", "5D", "4.1", "1", "2", "37.2", "195"]
SEXES = ["M", "F", "U"]
ETHNICITIES = ["W1", "W2", "M1", "A1", "A2", "B1", "B2", "O9", "NS"]
WEAPONS = ["none", "knife", "bottle", "firearm", "blunt", "fist", "corrosive", "unknown"]
PLACES = ["PUBLIC PLACE", "DWELLING", "LICENSED PREMISES", "SCHOOL", "TRANSPORT", "OTHER"]
FLAGS = ["Y", "N"]
HEADER = (
    "CrimeRef,OffenceCode,OffenceDesc,CommittedFrom,CommittedTo,RecordedDate,LSOA,Ward,LocationType,Weapon,"
    "VictimSex,VictimAge,VictimEthnicity,KnifeFlag,DAFlag,Outcome\r\n"
)
FIRST_DAY = datetime.datetime(2025, 4, 1)
BATCH_ROWS = 200_000
# From a crime's beginning to its record.
LONGEST_MINUTES = 2970
# First and last plus one; `Benchmarks/intake.py` puts the same areas into the instance's model.
LSOAS = (1000, 1900)
WARDS = (8000, 8060)


def batch(random, start, count):
    """The rows from number `start` on, as one string."""
    offence = random.integers(0, len(OFFENCES), count)
    # All of it is recorded in the year that the file is of.
    minute = random.integers(0, 365 * 24 * 60 - LONGEST_MINUTES, count)
    delay = random.integers(0, LONGEST_MINUTES - 90, count)
    lsoa = random.integers(*LSOAS, count)
    ward = random.integers(*WARDS, count)
    place = random.integers(0, len(PLACES), count)
    weapon = random.integers(0, len(WEAPONS), count)
    sex = random.integers(0, len(SEXES), count)
    age = numpy.clip(random.gamma(6, 5, count).astype(int), 0, 100)
    ethnicity = random.integers(0, len(ETHNICITIES), count)
    knife = random.integers(0, 2, count)
    domestic = random.integers(0, 2, count)
    outcome = random.integers(1, 23, count)
    rows = []
    for i in range(count):
        begun = FIRST_DAY + datetime.timedelta(minutes=int(minute[i]))
        ended = begun + datetime.timedelta(minutes=int(delay[i]) % 90)
        recorded = ended + datetime.timedelta(minutes=int(delay[i]))
        rows.append(
            f'54/{start + i:07d}/25,{OFFENCES[offence[i]]},"Assault, occasioning {WEAPONS[weapon[i]]} harm",'
            f"{begun:%d/%m/%Y %H:%M},{ended:%d/%m/%Y %H:%M},{recorded:%d/%m/%Y},E0103{lsoa[i]:04d},E0500{ward[i]},"
            f"{PLACES[place[i]]},{WEAPONS[weapon[i]]},{SEXES[sex[i]]},{age[i]},{ETHNICITIES[ethnicity[i]]},"
            f"{FLAGS[knife[i]]},{FLAGS[domestic[i]]},{outcome[i]}\r\n"
        )
    return "".join(rows)


def main():
    count, path = int(sys.argv[1]), sys.argv[2]
    random = numpy.random.default_rng(7)
    with open(path, "w", newline="") as file:
        file.write(HEADER)
        for start in range(0, count, BATCH_ROWS):
            file.write(batch(random, start, min(BATCH_ROWS, count - start)))


if __name__ == "__main__":
    main()
