"""Writes a made-up postcode directory in the shape of the ONS one: postcode_directory.py ROWS FILE

Areas are made up (codes with 999), places lie in clusters as towns do, some postcodes are terminated, some have no grid
reference. The same rows each time.
"""

import random
import sys

COLUMNS = (
    "pcd7,pcd8,pcds,dointr,doterm,oscty,oslaua,osward,usertype,oseast1m,osnrth1m,osgrdind,oshlthau,ctry,rgn,pcon,"
    "ttwa,itl,oa11,lsoa11,msoa11,oa21,lsoa21,msoa21,bua22,imd"
)
AREAS = (
    "AL B BA BB BD BH BL BN BR BS CA CB CF CH CM CO CR CT CV CW DA DE DH DL DN DT DY E EN EX FY GL GU HA HD HG HP HR HU HX "
    "IG IP KT L LA LD LE LL LN LS LU M ME MK N NE NG NN NP NR NW OL OX PE PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR "
    "SS ST SW SY TA TF TN TQ TR TS TW UB W WA WD WF WN WR WS WV YO"
).split()
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
DISTRICTS = 350
SMALL_AREAS = 35_672


def outwards():
    """More than rows need: each area's districts, 1 to 60."""
    return [f"{area}{district}" for district in range(1, 61) for area in AREAS]


def rows(count):
    random_number = random.Random(20).random
    names = outwards()
    per_outward = -(-count // len(names)) + 1
    town = [(int(100_000 + random_number() * 550_000), int(10_000 + random_number() * 640_000)) for _ in names]
    made = 0
    for index, outward in enumerate(names):
        east, north = town[index]
        small = index * SMALL_AREAS // len(names)
        inward = 0
        for _ in range(per_outward):
            if made == count:
                return
            inward += 1 + int(random_number() * 2)
            sector, rest = divmod(inward, 400)
            if sector > 9:
                break
            unit = f"{sector}{INWARD[rest // 20]}{INWARD[rest % 20]}"
            made += 1
            area = min(SMALL_AREAS - 1, small + int(random_number() * 8))
            yield (
                outward, unit, east + int(random_number() * 4000), north + int(random_number() * 4000), area,
                random_number() < 0.3, random_number() < 0.005,
            )


def line(outward, unit, east, north, area, is_terminated, is_nowhere):
    seven = f"{outward:<4}{unit}" if len(outward) < 5 else outward + unit
    district = area * DISTRICTS // SMALL_AREAS
    middle = area // 5
    ward = area // 4
    grid = ",,9" if is_nowhere else f"{east},{north},1"
    return (
        f"{seven},{outward:<4} {unit},{outward} {unit},198001,{'201012' if is_terminated else ''},E99999999,"
        f"E08999{district:03},E05{990_000 + ward:06},0,{grid},E18999999,E92000001,E12999999,E14999{district:03},"
        f"E30999999,E08999{district:03},E00{9_000_000 + area:07}"[:-1]
        + f",E01{900_000 + area:06},E02{990_000 + middle:06},E00{900_000 + area:06},E01{900_000 + area:06},"
        f"E02{990_000 + middle:06},E63999999,{area % 32_844 + 1}\n"
    )


def main():
    count, path = int(sys.argv[1]), sys.argv[2]
    with open(path, "w", buffering=1 << 20) as file:
        file.write(COLUMNS + "\n")
        for row in rows(count):
            file.write(line(*row))


if __name__ == "__main__":
    main()
