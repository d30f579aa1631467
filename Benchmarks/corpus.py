"""Texts and columns that say how well a detector of personal identifiers works: the same seed gives the same corpus.

Everything is invented: phone numbers are those kept free for drama, e-mail domains end in .example, and all other
numbers are random. What counts as an identifier follows from the published forms, never from a detector, so that
recall and precision are honest. `python3 corpus.py` tries check digits and corpus.
"""

import datetime
import random
import re
import string
import unicodedata
import uuid

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
POLICE_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
# Of incidents; fixed, or the same seed would give another corpus tomorrow.
LAST_DAY = datetime.datetime(2026, 10, 31)
MONTHS = ("January February March April May June July August September October November December").split()


# Check digits.


def nhs_number(nine):
    """The ten digits, or nothing where no valid number begins with these nine."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1))) % 11
    return None if check == 10 else nine + str(check % 11)


def upn(twelve):
    """The UPN of characters 2 to 13."""
    values = [int(c) if c.isdigit() else UPN_LETTERS.index(c) for c in twelve]
    return UPN_LETTERS[sum(value * weight for value, weight in zip(values, range(2, 14))) % 23] + twelve


def pnc_letter(year, serial):
    return POLICE_LETTERS[int(f"{year % 100:02d}{serial:07d}") % 23]


def cro_letter(year, serial):
    return POLICE_LETTERS[int(f"{year % 100:02d}{serial:06d}") % 23]


def cro_file_letter(year, serial):
    """Of the SF form, whose serial is not padded."""
    return POLICE_LETTERS[int(f"{year % 100:02d}{serial}") % 23]


def holds_number(text):
    """Whether a number with a right check digit stands in the text, in any reading."""
    text = text.upper()
    nhs = [re.sub("[ -]", "", found) for found in re.findall(r"(?<!\w)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\w)", text)]
    pupils = re.findall(rf"\b[A-Z]\d{{11}}[\d{UPN_LETTERS}]\b", text)
    pnc = re.findall(r"\b(\d{4}|\d\d)/(\d{1,7})([A-Z])\b", text) + re.findall(r"\b(\d{4})(\d{7})([A-Z])\b", text)
    cro = re.findall(r"\b(\d{1,6})/(\d\d)([A-Z])\b", text)
    cro_files = re.findall(r"\bSF(\d\d)/(\d{1,6})([A-Z])\b", text)
    return (
        any(nhs_number(found[:9]) == found for found in nhs)
        or any(upn(found[1:]) == found for found in pupils)
        or any(pnc_letter(int(year), int(serial)) == letter for year, serial, letter in pnc)
        or any(cro_letter(int(year), int(serial)) == letter for serial, year, letter in cro)
        or any(cro_file_letter(int(year), int(serial)) == letter for year, serial, letter in cro_files)
    )


def digits(rng, count):
    return "".join(rng.choice(string.digits) for _ in range(count))


def letters(rng, count, alphabet=string.ascii_uppercase):
    return "".join(rng.choice(alphabet) for _ in range(count))


def chance(rng, share):
    return rng.random() < share


def phrases(text):
    """The phrases of a text, each ended by a bar or by the end of its line."""
    return [phrase for line in text.strip().splitlines() for phrase in line.split(" | ")]


def by_first(text):
    """The phrases of each line, under the first one of that line."""
    lists = {}
    for line in text.strip().splitlines():
        first, *others = line.split(" | ")
        lists.setdefault(first, []).extend(others)
    return lists


# Positives with check digits.

NUMBER_NOTES = by_first("""
nhs-number | NHS no {x} | NHS No. {x}, ?# mandible, for OPG | Pt {x} self-presented with head injury
nhs-number | NHS number: {x}, seen in minors with lac to hand | Letter to GP re {x}, no follow up needed
nhs-number | nhs {x} - discharged home with advice | Seen with police in attendance, {x}, refused bloods.
nhs-number | Safeguarding form sent for {x}. | Stab wound to thigh (NHS {x}), to theatre | Duplicate record, see {x}
nhs-number | {x} left before treatment | YOT asked for health history of {x}; none held.
nhs-number | School nurse notes {x} attended ED after fight at break time
upn | UPN {x} | upn: {x}, yr 9 | Pupil {x} suspended for 3 days after a fight | Moved from PRU, {x}, EHCP in place
upn | {x} brought a knife to school on Tuesday | Incident in the dining hall, pupils {x} and one other.
upn | KS4 pupil ({x}) permanently excluded | Victim is {x}, Year 8, offered mediation | Managed move agreed for {x}.
upn | YOT worker asked for attendance of {x} since autumn term | UPN {x} threatened a teaching assistant
pnc-id | PNC {x} | PNC: {x}, warning markers VI WE | PNC ID {x} | SUS {x} arrested for s47 assault
pnc-id | Nominal {x} wanted on warrant, not at home address | Suspect ({x}) on bail with conditions
pnc-id | Community order, {x}, 12 months, 60 hrs unpaid work | Checked {x}: two previous for affray
pnc-id | PSR requested for {x} by the court | YRO with ISS imposed, {x}. | Recall to custody of {x} after breach
cro-number | CRO {x} | CRO: {x} | CRO no {x} | Fingerprints confirmed, {x}, detained for interview | Prints match {x}
cro-number | SUS {x} charged with GBH | Licence conditions of {x} varied | PNC and CRO {x} checked before home visit
cro-number | Court list shows {x} for sentence on Friday | {x} NFA, victim did not support
""")
# Of what says little alone, the word for it stands just before.
PNC_WORDS = ["PNC {x}", "PNC: {x}, warning markers VI WE", "PNC ID {x}", "SUS on PNC {x}, bailed", "Arrested, PNC {x}."]
CRO_WORDS = ["CRO {x}", "CRO: {x}", "Charged, CRO {x}, remanded", "SUS identified as CRO {x}."]


def written_nhs_number(rng):
    number = None
    while number is None:
        first = "999" if chance(rng, 0.3) else rng.choice("123456789") + digits(rng, 2)
        number = nhs_number(first + digits(rng, 6))
    gap = rng.choice(["", "", " ", " ", "-"])
    return gap.join([number[:3], number[3:6], number[6:]]), None


def written_upn(rng):
    area = rng.choice([*range(201, 214), *range(301, 321), *range(330, 337), *range(350, 360)])
    school = f"{area}{rng.randrange(1000, 8000)}{rng.randrange(8, 26):02d}"
    end = digits(rng, 2) + letters(rng, 1, UPN_LETTERS) if chance(rng, 0.2) else digits(rng, 3)
    return upn(school + end), None


def written_pnc_id(rng):
    year, serial = rng.randrange(1958, 2026), rng.randrange(1, 10 ** rng.choice([2, 3, 4, 5, 6, 6, 7, 7, 7]))
    letter = pnc_letter(year, serial)
    padded = f"{serial:07d}"
    form = rng.randrange(6)
    if form < 2:
        return f"{year}/{rng.choice([serial, padded])}{letter}", None
    if form < 4:
        return f"{year % 100:02d}/{rng.choice([serial, padded])}{letter}", None
    # An unpadded long form without slash would read as a short one.
    if form == 4:
        return f"{year}{padded}{letter}", None
    return f"{year % 100:02d}{rng.choice([serial, padded])}{letter}", PNC_WORDS


def written_cro_number(rng):
    year, serial = rng.randrange(1958, 2026), rng.randrange(1, 10 ** rng.choice([2, 3, 4, 5, 6, 6, 6]))
    words = CRO_WORDS if serial < 100 else None
    form = rng.randrange(3)
    if form == 0:
        return f"SF{year % 100:02d}/{serial}{cro_file_letter(year, serial)}", words
    if form == 1:
        return f"{serial}/{year % 100:02d}{cro_letter(year, serial)}", words
    return f"{serial:06d}/{year % 100:02d}{cro_letter(year, serial)}", None


NUMBERS = dict(zip(NUMBER_NOTES, [written_nhs_number, written_upn, written_pnc_id, written_cro_number]))


def check_digit_texts(seed, count):
    """(text, kind) of cells that hold a number with a right check digit, alone or in a note; kinds in turn."""
    rng = random.Random(seed)
    texts = []
    for index in range(count):
        kind = list(NUMBERS)[index % len(NUMBERS)]
        number, notes = NUMBERS[kind](rng)
        if notes is None:
            notes = ["{x}"] if chance(rng, 0.4) else NUMBER_NOTES[kind]
        if chance(rng, 0.12):
            number = number.lower()
        texts.append((rng.choice(notes).format(x=number), kind))
    rng.shuffle(texts)
    return texts


# Positives by their form.

POSTCODE_AREAS = (
    "AB B BA BD BH BN BS BT CA CB CF CH CM CO CT CV DA DE DH DL DN DT DY E EH EX FK G GL GU HR HU IP KA KT KY L LA LE "
    "LL LN LS M ME MK N NE NG NN NP NR NW OL OX PA PE PL PO PR RG RH S SA SE SG SK SN SO SP SS ST SW SY TA TN TQ TS W "
    "WA WF WN WR WS WV YO"
).split()
STREETS = (
    "Orchard|Albion|Mill|Station|Canal|Larch|Beech|Thornfield|Quarry|Windmill|Harbour|Meadow|Sycamore|Moorside|Cobden|"
    "Alma|Bramley|Victoria|Church|High|Park|St James|Ashgrove|Nelson|Old Chapel|Railway|Linden|Priory"
).split("|")
STREET_WORDS = "Road Road Rd Street Street St Lane Avenue Ave Close Drive Crescent Terrace Way Grove Gardens".split()
MAIL_NAMES = "jsmith k.novak amina.diallo o-brien mum2three t_jones88 attendance.team big.dave+fb d.okafor".split()
MAIL_DOMAINS = "mail.example post.example school.example trust.example webmail.uk.example shop-online.example".split()
DRIVERS = "MORGA SMITH PATEL OBRIE KOWAL LEE99 FOX99 HUSSA WILLI KHAN9 NOVAK DIALL GREEN MACDO".split()
INSURANCE_FIRST, INSURANCE_SECOND = "ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ"
# Never given out, or given to something else than a person.
INSURANCE_NEVER = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ", "OO", "CR", "FY", "MW", "NC"}

FORM_NOTES = by_first("""
crn | CRN {x} | crn: {x} | CRN {x} failed to attend 3 appts, breach started | Delius CRN: {x}, high RoSH
crn | Probation CRN no. {x} | Offender manager rang re CRN {x} | case ref CRN {x}, unpaid work suspended
prison-number | {x} | NOMS {x} | Prison no {x}, release due in spring | Assaulted cellmate, {x}, ACCT opened
prison-number | prison number: {x} | Brought from HMP under escort ({x}) with eye injury
prison-number | Nomis {x} transferred to Cat C
national-insurance-number | {x} | NI no {x} | NINO: {x} | National Insurance number {x}, claims UC
national-insurance-number | Gave his NI as {x} at the desk | Benefits letter found in bag, {x}, belongs to victim
national-insurance-number | ni number {x} on payslip
passport-number | passport no {x} | Passport number: {x}, expired | UK passport {x} seen as ID | Pport no. {x}
passport-number | ID shown at hostel: passport {x} | Stolen in the robbery: phone, cards, passport no {x}
driver-number | {x} | driving licence {x} | DL no: {x} | Licence {x} seized at roadside | Driver number {x}, 6 points
driver-number | Produced a licence in the name of another, {x}.
postcode | {x} | lives at {x} | Home postcode {x} | Assault near the bus stop, {x} | NFA, last known {x} | pc: {x}
postcode | Ambulance from {x}, arr 23:50 | Moved to foster placement ({x}) in June | Attacked in alley behind shops {x}.
street-address | {x} | Assaulted outside {x} | Lives at {x} | Police called to {x}, domestic | victim of burglary at {x}
street-address | Curfew to {x}, 7pm to 7am | Attacked in the hallway of {x} by two males | Bailed to reside at {x}.
street-address | Home visit to {x}, no reply
phone-number | {x} | Mum's mobile {x} | tel {x} | Tel: {x}, ring after 5 | Contact number is {x} | c/b {x} re bloods
phone-number | Threats sent by text from {x} | NOK informed on {x} at 02:15 | YOT duty worker left message on {x}.
email-address | {x} | email {x} | E-mail: {x} | Carer can be reached at {x} | Threats received from {x} since June
email-address | Head of Year cc'd ({x}) | Report sent to {x}. | blackmailed by someone using {x}
date-of-birth | DOB {x} | d.o.b. {x} | dob: {x} | D.O.B {x}, lives with nan | born on {x} | Date of birth {x}
date-of-birth | Pt born {x}, attends alone | SUS DOB {x} arrested at scene | Victim (DOB {x}) taken to ED
date-of-birth | date of birth: {x}
vehicle-mark | reg {x} | VRM {x} | Index {x} | reg no. {x} | Left in a blue Corsa, reg {x} | car reg: {x}
ip-address | {x} | IP address {x} | Threats posted from {x} | login from {x} at 03:12 | ip: {x}, school network
ip-address | Images uploaded, {x}, provider asked for details.
""")
# A current vehicle mark is known by its form.
MARK_NOTES = ["{x}", "Made off in a grey Golf {x}", "Knocked down by {x}, driver did not stop", "seen getting in {x}"]


def insurance_number(rng):
    prefix = "ZZ"
    while prefix in INSURANCE_NEVER:
        prefix = rng.choice(INSURANCE_FIRST) + rng.choice(INSURANCE_SECOND)
    pairs = [prefix, digits(rng, 2), digits(rng, 2), digits(rng, 2), rng.choice("ABCD")]
    return rng.choice(["", "", " "]).join(pairs) if chance(rng, 0.8) else f"{prefix} {''.join(pairs[1:4])} {pairs[4]}"


def driver_number(rng):
    born = past_day(rng)
    month = born.month + (50 if chance(rng, 0.5) else 0)
    initials = rng.choice([letters(rng, 2), letters(rng, 1) + "9"])
    middle = f"{born.year // 10 % 10}{month:02d}{born.day:02d}{born.year % 10}"
    end = initials + rng.choice("9999987") + letters(rng, 2, string.ascii_uppercase + "0123")
    return rng.choice(["", "", " "]).join([rng.choice(DRIVERS), middle, end])


def postcode(rng):
    if chance(rng, 0.1):
        outward = rng.choice(["E1", "W1", "N1"]) + letters(rng, 1, "ABCDEFGHJKSTUW")
    elif chance(rng, 0.1):
        outward = rng.choice(["EC1", "EC2", "SW1", "WC2", "SE1"]) + letters(rng, 1, "ABEHMNPRVWXY")
    else:
        outward = rng.choice(POSTCODE_AREAS) + str(rng.randrange(1, 15))
    gap = rng.choice([" ", " ", " ", " ", " ", "", "", "  "])
    return outward + gap + digits(rng, 1) + letters(rng, 2, "ABDEFGHJLNPQRSTUWXYZ")


def street_address(rng):
    street = f"{rng.choice(STREETS)} {rng.choice(STREET_WORDS)}"
    number = rng.randrange(1, 240)
    return rng.choice([
        f"{number} {street}", f"{number} {street}", f"{number}{rng.choice('abAB')} {street}", f"No. {number} {street}",
        f"Flat {rng.randrange(1, 30)}, {number} {street}", f"flat {rng.choice('1234')}a {number} {street}",
        f"{number}, {street}",
    ])  # fmt: skip


def phone_number(rng):
    form = rng.randrange(8)
    end = digits(rng, 3)
    if form < 4:
        tail = rng.choice([f"700 900{end}", f"700900{end}", f"700 900 {end}", f"700-900-{end}"])
        return rng.choice(["07", "07", "07", "+44 7", "+447", "0044 7", "+44 (0)7"]) + tail
    if form == 4:
        return rng.choice([f"020 7946 0{end}", f"(020) 7946 0{end}", f"02079460{end}", f"+44 20 7946 0{end}"])
    if form == 5:
        return rng.choice([f"01632 960{end}", f"01632960{end}", f"01632 960 {end}", f"(01632) 960{end}"])
    area = rng.choice(["113", "114", "115", "116", "117", "118", "121", "131", "141", "151", "161"])
    return rng.choice([f"0{area} 496 0{end}", f"0{area}4960{end}", f"(0{area}) 496 0{end}", f"+44 {area} 496 0{end}"])


def email_address(rng):
    return rng.choice(MAIL_NAMES) + rng.choice(["", "", digits(rng, 2)]) + "@" + rng.choice(MAIL_DOMAINS)


def past_day(rng):
    return datetime.date(1930, 1, 1) + datetime.timedelta(days=rng.randrange(365 * 90))


def birth_date(rng):
    day = past_day(rng)
    month = MONTHS[day.month - 1]
    ordinal = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return rng.choice([
        f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day.day}/{day.month}/{day:%y}", f"{day:%d.%m.%Y}",
        f"{day:%Y-%m-%d}", f"{day:%d-%m-%Y}", f"{day.day} {month} {day.year}", f"{day.day}{ordinal} {month} {day.year}",
        f"{day.day} {month[:3]} {day.year}", f"{day:%d}-{month[:3]}-{day.year}",
    ])  # fmt: skip


def current_mark(rng):
    age = rng.choice([rng.randrange(2, 27), rng.randrange(51, 76)])
    region = letters(rng, 2, "ABCDEFGHKLMNOPRSVWY")
    return f"{region}{age:02d}{rng.choice([' ', ' ', ''])}{letters(rng, 3, 'ABCDEFGHJKLMNOPRSTUVWXYZ')}"


def older_mark(rng):
    three = letters(rng, 3, "ABCDEFGHJKLMNOPRSTUVWXY")
    number, letter = rng.randrange(1, 1000), rng.choice("ABCDEFGHJKLMNPRSTVWXY")
    return rng.choice([f"{letter}{number} {three}", f"{letter}{number}{three}", f"{three} {number}{letter}"])


def ip_address(rng):
    if chance(rng, 0.3):
        groups = [f"{rng.randrange(1, 65536):x}" for _ in range(6)]
        return "2001:db8:" + rng.choice([":".join(groups), f"{groups[0]}::{groups[1]}", f":{groups[0]}:{groups[1]}"])
    if chance(rng, 0.5):
        return f"{rng.choice(['192.0.2', '198.51.100', '203.0.113'])}.{rng.randrange(1, 255)}"
    return f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


FORMS = {
    "crn": lambda rng: letters(rng, 1) + digits(rng, 6),
    "prison-number": lambda rng: letters(rng, 1) + digits(rng, 4) + letters(rng, 2),
    "national-insurance-number": insurance_number,
    "passport-number": lambda rng: digits(rng, 9),
    "driver-number": driver_number,
    "postcode": postcode,
    "street-address": street_address,
    "phone-number": phone_number,
    "email-address": email_address,
    "date-of-birth": birth_date,
    "vehicle-mark": lambda rng: current_mark(rng) if chance(rng, 0.7) else older_mark(rng),
    "ip-address": ip_address,
}


def form_texts(seed, count):
    """(text, kind) of free text with an identifier that has no check digit; kinds in turn."""
    rng = random.Random(seed)
    texts = []
    for index in range(count):
        kind = list(FORMS)[index % len(FORMS)]
        value, notes = FORMS[kind](rng), FORM_NOTES[kind]
        if kind == "vehicle-mark" and re.match(r"[A-Z]{2}\d\d ?[A-Z]{3}$", value):
            notes = notes + MARK_NOTES
        if chance(rng, 0.12):
            value = value.lower()
        texts.append((rng.choice(notes).format(x=value), kind))
    rng.shuffle(texts)
    return texts


# Texts that only look as if they held an identifier.

LOOK_ALIKE_NOTES = phrases("""
2 men in the street | {n} youths in the street | 1st floor | 3rd July | Flat out | flat on the ground floor | {t} | A57
Found flat on his back, {n} people round him | 5th floor of the car park | Assaulted on {d} | Incident {d} {t} | {d}
{d} {t} | Happened on {dw} at about {t} | Seen {d}, review {d} | born leader | Conviction of {d} | Order no {o} | Hb {b}
Order number {o} not delivered | Invoice {o} | Ticket {x7} | Exhibit JB/{n} | Job {o} closed | £{n}.{nn} | {n}p short
£{x3},{x3} damage | cash £{x3} taken | fine of £{x3} plus £{n} surcharge | GBP {x7}.{nn} | version {m}.{m}.{m} | M60
v{m}.{nn}.{n} | SPSS v27.0.1.0 | Windows 10.0.19045.{x4} | Form version {m}.{m}, {d} | lost {m}-{m} at home | Room {n}
City beat United {m}-{m} | {m}-{m} on penalties | set of {m}-{m}, {m}-{m} | won by {n} runs | Room {m}.{nn} | Ward {n}
ward {m}B, bed {n} | Bay {m} bed {n} | cell {n}, wing {m} | Classroom B{n} | paracetamol 1g qds | codeine {n}mg prn | 8N
diazepam {m}mg x {m} | morphine {m}.{m}mg IV at {t} | NaCl 0.9% {x3}ml | tetanus {m}.5 ml | GCS {n}/15 | SNOMED {x9}
BP {b}/{nn}, HR {nn}, sats {nn}% | temp 37.{m}, RR {n}, BM {m}.{m} | ICD-10 S{nn}.{m} | S{nn}.{m} open wound | X{nn}.{m}
SNOMED CT {x8}00{m} | ECDS code {x8} | T{nn}.{m} | A57 near the M60 slip road | on the A{n} at J{n} | bus {x3} | 105A
M{n} northbound, junction {n} | B{x4} closed at {t} | No. {n} bus to town | on the X{n} bus | route {n}A, top deck | {h}
tram T{m} | flight BA{x4} | service 0{n} | TH68010 | CJ8850{m} | offence 8N, 105A | HO code 10{m}/{nn} | s{n} OAPA | M1
s.{n}(1)(a) | PL9650{m} | 06/AB/{x4}/25 | {n}/XY/{x4}/26 | ref 06/AB/{x4}/25 | crime no {nn}/{x6}/25 | {nn}*{x6}*{x6}
log {x3} of {dw} | CAD {x4} | {x7}/25 | CRI00{x5} | incident log {x4} | SOB ?cause, o/e NAD | #NOF | ?# 5th MC, XR nil
PMH nil, NKDA | {n}% of pupils | {n}.{m}% | up {n}% on last year | attendance {nn}.{m}% | md5 {h} | commit {h7} | SW1A
sha1 {h7}{h} | M{m} area | LS{m} and LS{n} | around SW1A and EC{m} | BD{m} gang | postcode war between N{m} and E{m}
Year {m} | Yr {m} pupil, set {m} | aged {nn} | {n} yr old | {n}/12 ago | x{m} punches | {m} x Stella | {n} weeks | {ten}
{n} hours unpaid work | {m} months, 12 suspended | Tier A{m} | OGRS {nn} | RSR {m}.{nn} | OASys section {m} | {upn}
Order {ten} | Batch {ten} | parcel {ten} missing | receipt no {ten} | card ending {x4} | {ten} (till receipt) | {ten33}
job number {ten33} | ref {ten33} for the repair | {ten}, {ten} | Barcode {ten} | asset tag {ten} | part number {upn}
asset {upn} returned | {pnc} | file {pnc} | docket {pnc} | box {pnc} in store | {cro} | drawing {cro} | item {cro}
invoice {cro} | SN {upn} | reports {pnc} and {pnc} | shelf {cro} | plan SF{nn} | Section 47 | Part {m} of {m} | {n} Jan
Table {m}.{m} | Page {n} of {x3} | {d} to {d} | w/c {d} | due {d} | Q{m} 2025 | @school | @ {t} hrs | mail sent | PO{x5}
phone {m}% charged | dial 999 | rang 111 | called 101 twice | PIN {x4}
""")


class Slots(dict):
    """Gives each slot of a template a value, a new one every time."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __missing__(self, name):
        return self.make(name)


def failing_ten_digits(rng):
    number = str(rng.randrange(10**9, 10**10))
    while nhs_number(number[:9]) == number:
        number = str(rng.randrange(10**9, 10**10))
    return number


def wrong_letter(rng, right):
    return rng.choice([letter for letter in string.ascii_uppercase if letter != right])


def look_alike_slot(rng, name):
    ranges = {"m": (1, 10), "n": (2, 60), "nn": (10, 100), "b": (95, 170)}
    if name in ranges:
        return str(rng.randrange(*ranges[name]))
    if name[0] == "x":
        return str(rng.randrange(1, 10)) + digits(rng, int(name[1:]) - 1)
    if name in ("h", "h7"):
        return f"{rng.getrandbits(128):032x}"[: 7 if name == "h7" else None]
    if name == "o":
        long = f"{digits(rng, 3)}-{digits(rng, 7)}-{digits(rng, 7)}"
        return rng.choice([long, "A" + digits(rng, 8), "#" + digits(rng, 5)])
    when = LAST_DAY - datetime.timedelta(minutes=rng.randrange(2 * 365 * 24 * 60))
    if name == "d":
        spoken = f"{when.day} {MONTHS[when.month - 1]}"
        return rng.choice([f"{when:%d/%m/%Y}", f"{when:%Y-%m-%d}", f"{when:%d.%m.%y}", spoken])
    if name == "t":
        return rng.choice([f"{when:%H:%M}", f"{when:%H%M}hrs", f"{when.hour % 12 or 12}.{when:%M}pm", f"{when:%H.%M}"])
    if name == "dw":
        return "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()[when.weekday()]
    if name == "ten":
        return failing_ten_digits(rng)
    if name == "ten33":
        number = failing_ten_digits(rng)
        return rng.choice(" -").join([number[:3], number[3:6], number[6:]])
    year, serial = rng.randrange(1960, 2026), rng.randrange(1000, 10**6)
    if name == "upn":
        number = written_upn(rng)[0]
        return wrong_letter(rng, number[0]) + number[1:]
    if name == "pnc":
        return f"{rng.choice([year, f'{year % 100:02d}'])}/{serial:07d}{wrong_letter(rng, pnc_letter(year, serial))}"
    if name == "cro":
        if chance(rng, 0.3):
            return f"SF{year % 100:02d}/{serial}{wrong_letter(rng, cro_file_letter(year, serial))}"
        return f"{serial}/{year % 100:02d}{wrong_letter(rng, cro_letter(year, serial))}"
    raise KeyError(name)


def look_alikes(seed, count):
    """Texts that hold no identifier, though they look a bit like it."""
    rng = random.Random(seed)
    slots = Slots(lambda name: look_alike_slot(rng, name))
    texts = []
    while len(texts) < count:
        text = rng.choice(LOOK_ALIKE_NOTES).format_map(slots)
        # By chance another reading may pass.
        if not holds_number(text):
            texts.append(text)
    return texts


# Texts with and without a person's name: {g} is given name, {s} surname, {S} that in capitals and {sl} in lower case.

ORDINARY_GIVEN = (
    "Rose Mark Grant Hope Faith Will May June April Bill Jack Frank Victor Penny Daisy Summer Autumn Grace Joy Dawn "
    "Eve Ivy Lily Holly Heather Hazel Olive Violet Iris Poppy Ruby Amber Jade Pearl Crystal Sandy Rusty Rich Art Drew "
    "Chase Miles Guy Pat Robin Ray Rob Sue Bob Nick Skip Pierce Lance Mercy Charity Patience Precious Gift Sunday "
    "Prince Angel"
).split()
ORDINARY_SURNAMES = (
    "Brown Green White Black Young King Bishop Cook Baker Wood Hill Day Price Long Short Bell Fox Wolf Rivers Church "
    "Field Love Power Strong Swift Best Knight Page Park Stone Rice Marsh Moss Banks Mills Ford Frost Snow Winter "
    "Noble Sharp Small Little Good Wise Savage Golden Silver Steel Butler Porter Carpenter Mason Potter Miller "
    "Shepherd Hunter Fisher Walker Singer Constable Major Judge Law Case Bond Cash Bird Swan Finch Lamb Bull Head "
    "Temple Hall Wall Gates Lane Waters Pool Brook Rock Glass Bolt Speed Cross"
).split()
# Names that are words as well; the negatives have them in their ordinary sense.
ORDINARY = ORDINARY_GIVEN + ORDINARY_SURNAMES

NAMED = phrases("""
Pt states {g} {s} punched him outside the {pub}. | {g} was hit with a bottle at approx {time}.
Assaulted by {title} {s}, a neighbour; {inj}. | SUS {s}, {g} made off towards {street}. | pushed by {gl} in the corridor
IP {g} {s} states that SUS followed her from {shop}. | {S} then produced a kitchen knife and demanded the phone.
Brought in by girlfriend ({g}), LOC approx 2 mins. | o/e {inj}. Pt says "{g} did it". | SUSPECT {S} IDENTIFIED FROM CCTV
{g}'s ex-partner kicked the door in at {time}. | Seen with mum, {g} {s}, who gives the hx.
{i}. {s} has been excluded for fighting with another pupil. | {g} {s} (Yr 9) brought a blade into {school}. | {s}, {g}
Reported by {title} {s} that two boys were fighting on the field. | {title} {s} restrained the pupil until SLT arrived.
{g} "{nick}" {s} is believed to hold the line in {town}. | Known to associate with {g} {s} and others from {town}.
{s} failed to attend on {day}; warning letter sent. | Supervision with {g} today, calm, accepts the curfew. | {g} {s}
Spoke to {g}'s nan, who is worried about debts. | Mum {g} rang at {time} to say he is missing again. | {title} {i} {s}
Pt adm under {title} {s} for washout and closure. | Referred to {title} {s}, max fax, ?# mandible.
d/w {title} {s}, happy for discharge | Stabbed in thigh by a male he names as {g} {s}. | HIT BY {G} {S} WITH A POOL CUE
He was with his mate {g} when attacked near {park}. | Victim {s} struck to head with a hammer in {street}.
{g} {s}: 3 day suspension, threw a chair. | Peer on peer: {g} slapped {g2} in the corridor.
Letter home to parents of {g} {s}. | {g} told staff that {g2} has a knife under the bed. | Next of kin {g} {s} informed.
YOT worker {g} {s} to see him at {school} on {day}. | AIM assessment started, {g} engages well.
{s} denied the offence and blamed {g2} {s2}. | Co-defendant {g} {s} got 8 months. | c/o pain R hand after punching {g}.
Alleged offender {i}{j} {s}, known to IP. | Pt attends with partner {g}, states fell down stairs.
Pt reports being jumped by "{g} and his lot". | {g} {s} and {g2} {s2} were seen running from {shop}.
Threats on Snapchat from {g}, screenshots kept. | Informant: {g} {s}. Heard shouting from the flat above.
PC {s} attended and seized a machete. | OIC: DS {s}. Victim does not support. | c/o headache, hit by {gl} {sl} at school
Statement taken by {title} {s} at {hosp}. | pt states {gl} {sl} hit him outside the {pub}
mum says {gl} {sl} has been bullying him since {month} | VICTIM {G} {S} WAS APPROACHED BY TWO MALES
Boyfriend {g} in waiting room, aggressive to staff. | Patient known as {g} but registered under {s}.
Dear {title} {s}, your son was involved in a fight today. | {title} {s}'s car was keyed after the argument.
Thank you for referring {g} {s}, who was assaulted on {day}. | Disclosed that stepdad {g} hits her.
CCTV shows {g} enter the {pub} at {time} with two others. | Unprovoked attack by {g} {s} (brother of pupil).
{g} is a care leaver, placed in {town}; associates are older males. | Home visit: {g} present, no sign of alcohol.
Bail address is with his aunt, {g} {s}, in {town}. | Said he'd "do" {g} after school; both searched, nothing found.
Taxi driver {title} {s} was punched through the window. | Risk to {g} {s} is high, MARAC referral made.
Head of Year {title} {s} has spoken to both families. | {g} & {g2} split up, now threats from {g}.
""")
NAMED_HELD_OUT = phrases("""
Struck by {g} {s} with a snooker ball in a sock. | Pt came off worse in a fight with {g}, {inj}.
Says his flatmate {g} lost it and threw a kettle. | {g} {s} was arrested nearby with blood on his hands. | {S} {g}
DP {S}, {g}, was found hiding in a shed. | Between times stated SUS {g} {s} forced the rear door.
AP entered and threatened the owner, {title} {s}. | Nominal of interest: {s}, {g}. | Collateral hx from husband ({g}).
{s} was circulated as wanted on {day}. | Wit {g} {s} saw a male drop a knife by {park}. | Signed, {g} {s}, duty manager.
Girlfriend {g} called the ambulance at {time}. | Attended with social worker {g} {s} from {town}.
Reviewed by {title} {s}: {inj}, home with advice. | Handover to {g} in resus, ongoing bleed.
Bite to forearm, inflicted by {g} at the {pub}. | Triage: assaulted ?by {g} {s}, police aware.
Pt repeatedly asking for {g}, agitated, refuses obs. | {i}. {j}. {s} to see in fracture clinic.
Under the care of {title} {s} at {hosp}. | Pupil {g} {s} swore at {title} {s2} and walked out.
FTE 2 days: {g} {s}, assault on a pupil. | Fight in the canteen started by {g}; others joined in.
{g} and {g2} must not be seated together. | {title} {s} found a blade in his pencil case. | Goes by "{g}" on the estate.
Exclusion upheld, parents {g} and {g2} {s} attended. | Governors met {g}'s mother on {day}. | Cc {title} {s}; file copy.
Reintegration meeting held with {g} {s} and dad. | {s} ({i}), 10B, detention for spitting.
Isolation until {day} for {g}, hit {g2} with a ruler. | OM {g} {s} to complete OASys review by {month}. | {i}. {s}
{s} presented as low in mood, no thoughts of self harm. | Telephone contact with {g}; he is sofa surfing in {town}.
{title} {s} was reminded of the restraining order. | His brother, {g} {s}, is serving 6 years for s18. | {g} {j} {s}
Licence condition: no contact with {g} {s}. | Met {g} at the office, smelt of cannabis.
Victim liaison spoke to {title} {s}, exclusion zone agreed. | Referral order panel: {g} apologised to {title} {s}.
Intel suggests that {g} {s} aka "{nick}" runs the younger lads. | "{nick}" is thought to be {g} {s}.
ISS timetable agreed with {g} and her carer. | Youth court: {s} pleaded guilty to affray.
{g} was reported missing from placement at {time}. | Case manager {g} {s} visited the secure unit.
Speech and language screening done for {g} {s}. | Younger sister {g} witnessed it all.
told nurse that {gl} {sl} stamped on her head | kicked by {gl} {sl} during football, swollen ankle
states dad ({gl} {sl}) threw him against wall | asked for {gl} at triage, tearful | STAFF MEMBER {S} BITTEN BY PATIENT
AGGRIEVED {G} {S} THREATENED WITH A SCREWDRIVER | OFFENDER {S} {G} ARRESTED AND CAUTIONED
To: {title} {g} {s}. Re: incident on {day} | Not {g}'s first attendance with a hand injury.
Ambulance crew say {s} was found slumped in {street}. | Landlady {title} {s} barred both men from the {pub}.
Refuses to name who did it but friend says {g} {s}. | Old grudge with {g} from {town} over a moped.
Doorman {g} {s} had his nose broken at {time}. | Safe word agreed with {g}; call on landline only.
Off-duty officer {title} {s} intervened. | Came to blows with {g} over parking.
Gave name as {g} {s}, not known at that hostel.
""")
UNNAMED = phrases("""
A mark on the left arm, no bruising elsewhere. | Mark on the neck noted, ?love bite. | Will attend on {day} with carer.
Pt will not say what happened. | May need stitches, await review. | Attack was in May, reported in June or April.
Price of the drink was in dispute. | Chased up the hill, fell at the top. | Hill is steep, slipped on ice and snow.
Rose petals and broken glass on the floor. | BP rose to 160 in the cubicle. | Frank discussion about cannabis use.
Hope is that he will return to school in {month}. | Has little faith in police, will not support. | Impression: {epo}.
Grant for a new door refused. | Bill of £40 unpaid, argument at the till. | Victor of the bout was cheered by onlookers.
Jack from the boot used to strike the window. | Every penny was spent in the {pub}. | Autumn term suspensions are up.
Daisy chain on the field, girls arguing. | Summer holiday incident, early August. | Young people gathering by {station}.
Brown jacket, green cap, white trainers. | King size bed set on fire in the cell. | Cook was burnt by hot oil.
Bishop and knight of a chess set thrown at staff. | Baker reports a smashed window. | Wood chip in the eye, irrigated.
Day release agreed from {month}. | Long wait, left before being seen. | Short of breath after pepper spray.
Bell rung at {time}, no answer. | Fox bite to the hand, needs tetanus. | Wolf tattoo on the neck of SUS. | {epo} noted.
Rivers of blood, said the pt; a small lac in fact. | Church service disrupted by shouting. | Page missing from the log.
Field behind the school used for a fight. | Love bites and fingertip bruising noted. | Power cut on the ward, no CCTV.
Strong smell of alcohol, unsteady. | Swift response by door staff. | Best interests meeting held. | Young Person Details
Park bench set alight. | Stone thrown at a bus on {street}. | Rice burnt, smoke alarm, cell evacuated. | Awaiting {job}.
Moss and marsh mud on his shoes. | Banks closed early after the robbery. | Noble Cause training was cancelled.
Frost on the path, slipped; winter boots in property. | Sharp pain on deep breath. | Savage attack by a dog.
Good engagement, wise to his triggers. | Golden hour tasks done, silver command informed. | Found collapsed in {park}.
Steel bar recovered from the drain. | Porter and ward clerk verbally abused. | Assaulted on {street} near {station}.
A fight broke out outside the {pub}. | Glass to face in the {pub} at {time}. | Transferred from {hosp} with {inj}.
Attends {school}, Yr 10. | Waiting at the bus stop by {church}. | Robbed outside {shop} in {town}. | Allergic to {drug}.
Stole meat from {shop} and threatened security. | Works at {shop}, {town} branch. | {nat} national, no fixed abode.
Speaks {nat}, interpreter booked for {day}. | {nat} speaking male approached IP on {street}. | Given {drug} at {time}.
Took {n} {drug} tablets after the row. | Seen by {job}, discharged. | {job} attended and took a statement.
Told {job} that he fell. | Fell from bike in {park}, {inj}. | Pt assaulted by unknown male, {inj}.
Hit by friend with a cricket bat, {inj}. | Last seen walking from {station} to {street}. | Assault With Injury Summary
Placed out of area in {town} since {month}. | Born abroad, arrived via {town}. | Home And Family Circumstances
Notes From Multi Agency Meeting | Risk Of Serious Harm: Medium | Emergency Department Triage Record
PT ASSAULTED BY UNKNOWN MALE | NO FURTHER ACTION TAKEN | SUSPECT MADE OFF ON FOOT TOWARDS {street}
FIGHT BETWEEN TWO PUPILS AT LUNCH | POSSESSION OF BLADED ARTICLE IN {park} | Reports to the hub in {town}.
Persistent disruptive behaviour, third suspension this term. | Physical assault against a pupil, {n} half days.
Refused to hand over his phone, swore at the Deputy Head. | Missed appt, texted, new one on {day} at {time}.
Attends Thinking Skills Programme, 3 of 10 done. | Building Better Relationships starts in {month}.
pt states hit by unknown male outside {shop} | ivy and holly pulled from the wall | Left on the 18:04 to {town}.
lac over eyebrow, glued, home with mum | Two males, one in a Nike hoodie, one in Adidas bottoms. | Joy riding in {town}.
VW Golf stolen from {street}, found in {town}. | Kicked in the head during a Sunday league match. | Head injury, GCS 15.
Easter Monday, fight at the fair in {park}. | Dawn raid on {day}, cash and a lance knife seized.
Olive skin, hazel eyes, rusty blade in hand. | Eve of the trial, no contact made. | Amber alert on the ward.
Heather on the moor set on fire. | Pierce wound to the ear. | Major trauma call at {time}. | Case closed in {month}.
Judge sat at {town} Crown Court. | Law and order poster torn down. | Bond paid, cash found.
Wall kicked in, hall light smashed. | Speed and a little crystal meth taken.
""")
UNNAMED_HELD_OUT = phrases("""
Rose from his chair and threw it. | Rose garden of {hosp} used for smoking. | Mark where the ligature was.
Will he be safe at home? Not clear. | Will power is poor, says mother. | May be pregnant, test done. | Jack plug thrown.
Since May three such attacks in {town}. | June figures include {school}. | Price agreed for the drugs was not paid.
April showers, slipped on wet floor in {shop}. | Downhill on a scooter, fell. | Hope ward, bed by the window.
Faith group in {town} offers a food bank. | Grant him bail, the defence asked. | Bill not paid, pushed the waiter.
Frank about his drinking. | Victor in the pool game was glassed. | Penny dropped and he said sorry. | Joy at being home.
Daisy pattern on the knife. | Autumn leaves on the path, slipped. | Grace period of a week for fees. | Gift card taken.
Dawn patrol found him in {park}. | Eve teasing alleged on the bus. | Ivy on the fence hid the bag. | Bob haircut, tall.
Lily pond in {park} searched. | Holly bush scratches to face. | Hazel eyes, brown hair. | Olive oil thrown, minor burn.
Violet bruise over the iris of the eye. | Poppy seller threatened outside {shop}. | Jade pendant, amber beads recovered.
Ruby ring and a pearl necklace stolen. | Sandy soil on his boots. | Rich text removed from the form. | Bull bar dented.
Art room, scissors taken. | Drew a knife and ran. | Chase across {park}. | Miles from home, no money for the bus.
Guy with a dog, not traced. | Pat on the back turned into a shove. | Robin Hood hat worn by SUS. | Tried to rob {shop}.
X ray done, no fracture. | Ray of light, has a college place. | Threatened to sue the school. | Nick to the ear lobe.
Skip on {street} set on fire. | Mercy was asked for in court. | Charity shop window put in. | Precious metal thefts up.
Patience ran out, hit the wall. | Sunday rota, no paeds nurse. | Angel tattoo on wrist. | White van, green stripe.
The prince and the fool, school play, props used as weapons. | Black eye, young baby on lap. | Strong language to staff.
King prawn allergy, swollen lips. | Cook threatened with his own knife. | Bakery closed; the baker saw nothing.
Wooden bat, wood splinters. | Long standing dispute over a wall. | Short sharp shock, he called it. | Signs of {epo}.
Fire bell set off in {school}. | Fox mask worn by one of two males. | Lone wolf attack ruled out. | Butler sink smashed.
Rivers in flood, bridge shut. | Church Hall booked, youth club. | Field hockey stick used on shin. | Miller moth, panic.
Power tool taken from a van. | Best of three, then a fight. | Park and ride, driver spat at. | Stone in shoe, limps.
Mills on the canal searched. | Ford Focus, silver, sped off; ford was flooded. | Carpenter lost two fingers in saw.
Mason bees, stung on lip. | Potter about the garden, fell. | Shepherd's pie thrown at wall. | Fisher folk found the bag.
Hunter boots left at scene. | Walker found a machete in {park}. | Singer at the {pub} was heckled and hit.
Constable on duty informed. | Bird call app, phone stolen. | Swan attack, bruised arm. | Finch in a cage, RSPCA told.
Lamb kebab shop, fight in queue. | Temple tender on palpation. | Gates locked at {time}. | Waters broke in the cell.
Lane closed at the roundabout. | Brook side path, dark. | Rock thrown at window. | Bolt cutters found. | Query {epo}.
Cross with mother, smashed a plate. | Young Offender Institution place found. | Came by taxi from the {pub}, {inj}.
Door staff at the {pub} ejected two groups. | Meeting with {school} and {job} on {day}. | Sent by 111 to {hosp}.
Camped behind {church}, moved on. | Referred on to {hosp}, no beds in {town}. | Prescribed {drug}, script at {shop}.
Bus to {town} attacked on {street}. | The {nat} interpreter did not arrive. | Ask {job} to ring back.
Walks to {school} along {street}. | Hangs around {station} with older males. | CCTV of {church} seized.
Serious Violence Duty Return | Reason For Exclusion: Verbal Abuse | Pre Sentence Report | Safety And Wellbeing Plan
Mechanism Of Injury | VICTIM REFUSED TO GIVE DETAILS | MALE DETAINED IN {town} AT {time} | cut on glass, {inj}
ROBBERY OF MOBILE PHONE NEAR {station} | unknown assailants x3, kicked to head, no loc | Unpaid Work hours: {n} left.
drunk, fell off kerb on {street} | says will not go back to {school} | Bullying by classmates, moved tutor group.
Racist abuse towards a pupil, {n} days. | Setting off fire extinguisher in {school}. | Tag fitted on {day}, Serco rang.
Breach proceedings begun in {month}. | Polygraph booked for {month}. | Lives with grandmother and two cousins in {town}.
Knife Crime Prevention course at {church}. | Christmas Day, family row, {inj}. | Ramadan timetable at {school}.
Friday night, Samsung phone snatched on {street}. | BMW seen by {park}.
""")
NICKNAMES = "Smudger|Tiny|Gaz|Big Man|Chopper|Ginge|Lil Dev|Spud|Beefy|Shadow|Trigger|Bizzy".split("|")
TITLES = "Mr Mr Mr Mrs Mrs Ms Ms Miss Dr PC DC Sgt Insp Prof Rev Cllr Mr. Mrs. Dr.".split()
# Those at even places belong to the development set, the others to the held-out one.
FILLERS = by_first("""
street | St James Road | Victoria Road | Albert Street | Churchill Way | Nelson Street | Wellington Road | George Street
street | Gladstone Terrace | Elizabeth Street | Queen Anne Street | Charlotte Street | St Peter's Square | Stanley Road
street | William Street | Kingsley Avenue | Alexandra Parade | Mill Lane | Raleigh Way | Market Street | Duncan Street
street | Arthur Street | Church Lane
pub | Duke of York | Prince Albert | Lord Nelson | George and Dragon | King's Head | Robin Hood | Rose and Crown
pub | Marquis of Granby | Queen Victoria | Sir John Falstaff | Fox and Hounds | Captain Cook | Jolly Miller | Old Bell
pub | William Wallace | Dick Turpin
park | Victoria Park | Albert Park | Alexandra Park | Stanley Park | Heaton Park | Queen's Park | King George's Field
park | Elizabeth Gardens | Princes Park | St Nicholas Park | Philips Park | Jubilee Gardens
school | King George V school | St Thomas Primary | King Edward VI School | St Margaret's Academy | Queen Mary's Grammar
school | Thomas More Catholic High | St Joseph's RC Primary | Isaac Newton Academy | Queen Elizabeth High
school | Nelson Mandela Primary
hosp | Queen Elizabeth Hospital | St Thomas' Hospital | Royal Victoria Infirmary | Princess Anne Hospital | St Luke's
hosp | John Radcliffe | St George's Hospital | James Cook University Hospital | Queen Alexandra
hosp | Prince Charles Hospital
station | King's Cross | Charing Cross | St Pancras | Clapham Junction | Victoria Coach Station | Lime Street
station | Baker Street | St James Park Metro | Piccadilly Gardens | Queen Street Station | Elephant and Castle
station | Marylebone
church | St Mary's Church | St Paul's Cathedral | All Saints | St John the Baptist church | St Anne's churchyard
church | Holy Trinity | St Francis community centre | St Michael and All Angels | the Salvation Army hall | St Peter's
town | Leeds | Hull | Preston | Bradford | Lincoln | Warwick | Nelson | Chester | Carlisle | Kendal | Stafford | Bolton
town | Ashton | Burton | Wells | Kent | Durham | Barnsley | Washington | Whitby | Telford | Halifax | Shirley | Stanley
town | Chelsea | Milton Keynes
shop | Greggs | Tesco | Wetherspoons | Marks and Spencer | Sainsbury's | Morrisons | Boots | John Lewis | McDonald's
shop | Primark | William Hill | Paddy Power | Nando's | Ted Baker | WHSmith | Harvey Nichols | Clarks | Burger King
shop | Lloyds | Aldi
month | January | February | March | April | May | June | July | August | September | October | November | December
day | Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday | Bank Holiday Monday
nat | Polish | Romanian | Somali | Welsh | Scottish | Irish | Kurdish | Turkish | Urdu | Punjabi | Bengali | Arabic
nat | Albanian | Portuguese
drug | paracetamol | ibuprofen | codeine | Oramorph | Augmentin | diazepam | Tramadol | naloxone | Sertraline | Xanax
drug | Methadone | Co-codamol
epo | Glasgow Coma Scale 15 | Colles fracture | Bennett's fracture | Battle's sign | Le Fort II fracture | Bell's palsy
epo | Crohn's disease | Parkinson's | Foley catheter in situ | Horner's syndrome | Salter-Harris II | Kirby grip in ear
epo | Thomas splint | Phillips screwdriver wound | Stanley knife wound | Down's syndrome | Tourette's | Zimmer frame
job | Dr | PC | Sgt | the consultant | Registrar | SHO | PCSO | DC | Head of Year | Duty Solicitor | Case Manager
job | Offender Manager | Sister | SENCO
inj | lac to left eyebrow | bruised ribs | ?# nasal bone | #R 5th MC | stab wound to thigh | swelling to R cheek
inj | bite to forearm | loose tooth | nil LOC | tender jaw | grazed knees | superficial cut to neck
""")


def name_slot(rng, name, person, other, half):
    given, surname = person
    if name in ("i", "j"):
        return given[0].upper() if name == "i" else letters(rng, 1)
    if name in FILLERS:
        return rng.choice(FILLERS[name][half::2])
    if name == "time":
        return f"{rng.randrange(24):02d}:{rng.randrange(60):02d}"
    if name == "n":
        return str(rng.randrange(2, 40))
    if name in ("nick", "title"):
        return rng.choice(NICKNAMES if name == "nick" else TITLES)
    word = (given if name[0] in "gG" else surname) if name[-1] != "2" else other["gs".index(name[0])]
    return word.upper() if name.isupper() else lowered(word) if name.endswith("l") else word


def lowered(text):
    # Python would leave a dot of its own behind.
    return text.replace("İ", "i").lower()


def is_ordinary(word):
    return word.capitalize() in ORDINARY


def shows(template, person):
    """Whether the part of the name that is an ordinary word stands in the text."""
    parts = [slots for word, slots in zip(person, ("{g} {G} {gl}", "{s} {S} {sl}")) if is_ordinary(word)]
    return any(slot in template for slots in parts for slot in slots.split())


def name_texts(seed, count, names, held_out):
    """(text, has_name), half of each. The held-out set has other templates, and other places and brands in them.

    One name in five or more is an ordinary word: one of `names`, or where there is none, one made up of such a word and
    half of another name.
    """
    rng = random.Random(seed)
    half = 1 if held_out else 0
    named, unnamed = (NAMED_HELD_OUT, UNNAMED_HELD_OUT) if held_out else (NAMED, UNNAMED)
    ordinary = [pair for pair in names if any(map(is_ordinary, pair))]
    if not ordinary:
        ordinary = [(word, rng.choice(names)[1]) for word in ORDINARY_GIVEN]
        ordinary += [(rng.choice(names)[0], word) for word in ORDINARY_SURNAMES]
    texts = []
    for index in range(count):
        has_name = index % 2 == 0
        person, other = rng.choice(names), rng.choice(names)
        template = rng.choice(named if has_name else unnamed)
        if has_name and chance(rng, 0.2):
            person = rng.choice(ordinary)
            while not shows(template, person):
                template = rng.choice(named)
        slots = Slots(lambda name, person=person, other=other: name_slot(rng, name, person, other, half))
        text = template.format_map(slots)
        if re.sub(r"\{\w+\}", "", template).isupper():
            text = text.upper()
        # In lower case a name needs its other half or a title to be known for one.
        may_lower = not has_name or "{g} {s}" in template or "{title} {s}" in template
        if chance(rng, 0.25):
            two = [text, rng.choice(unnamed).format_map(slots)]
            rng.shuffle(two)
            text = f"{two[0].rstrip('.')}. {two[1]}"
        if chance(rng, 0.08):
            text = text.upper()
        elif may_lower and chance(rng, 0.05):
            text = lowered(text)
        texts.append((text, has_name))
    rng.shuffle(texts)
    return texts


LOCALES = ["en_GB", "en_IE", "pl_PL", "en_IN", "ro_RO", "tr_TR", "es_ES"]
PAIRS_PER_ORIGIN = 400
# Given names and surnames that Faker has not in Latin letters.
MORE_NAMES = [
    (
        "Kwame Kofi Ama Akosua Yaw Abena Chidi Ngozi Emeka Chiamaka Oluwaseun Folake Tunde Adebayo Yetunde Ifeoma "
        "Obinna Mamadou Aissatou Fatoumata Ousmane Awa Moussa Binta Sekou Ebrima Isatou Modou",
        "Mensah Owusu Boateng Asante Osei Appiah Okafor Okonkwo Eze Nwosu Adeyemi Ogunleye Balogun Afolabi Danjuma "
        "Bello Diallo Traoré Coulibaly Ndiaye Sow Jallow Ceesay Camara Touray Sesay Koroma Bangura",
    ),
    (
        "Mohammed Muhammad Ahmed Mustafa Youssef Omar Hamza Bilal Khalid Tariq Karim Nabil Samir Layla Fatima Aisha "
        "Zainab Maryam Noor Huda Salma Rania Amira Hanan Yasmin Abdulrahman Ibrahim Waleed",
        "Al-Hassan Al-Masri El-Sayed Haddad Khoury Nasser Mansour Saleh Hamdan Abbas Qasim Farouk Rahman Aziz Bakri "
        "Darwish Najjar Khalil Hussein Benali Bouzid Cherif Belhadj Mahmoud Jaber Sabbagh Al-Amin Zidan",
    ),
    (
        "Sean Niamh Siobhan Callum Ewan Rhian Gethin Mary-Kate Jean-Paul Anne-Marie Lily-Mae Tommy-Lee Ellie-Mae "
        "Jayden",
        "O'Brien O'Neill O'Connor D'Arcy McAllister MacDonald Smith-Jones Lloyd-Evans Taylor-Reid N'Dour Fitzgerald "
        "ap-Rhys Barton-Wells O'Dowd",
    ),
]


def folded(word):
    """In lower case and without accents, so that José is Jose."""
    letters_alone = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return letters_alone.casefold().translate(str.maketrans("łıøđ", "liod"))


def name_list(seed, exclude):
    """(given, surname) of many origins; no word of them, nor a part of a double name, is in `exclude`."""
    from faker import Faker

    rng = random.Random(seed)
    excluded = {word.casefold() for word in exclude} | {folded(word) for word in exclude}

    def allowed(word):
        if not re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", word) or len(word) < 2:
            return False
        if any(c.isalpha() and not unicodedata.name(c).startswith("LATIN") for c in word):
            return False
        parts = [word, *re.split(r"['’-]", word)]
        return not any(form in excluded for part in parts for form in (part.casefold(), folded(part)))

    def fit(words):
        return list(filter(allowed, dict.fromkeys(words)))

    origins = [(fit(given.split()), fit(surnames.split())) for given, surnames in MORE_NAMES]
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(rng.getrandbits(32))
        draws = range(5 * PAIRS_PER_ORIGIN)
        origins.append((fit(fake.first_name() for _ in draws), fit(fake.last_name() for _ in draws)))
    origins = [origin for origin in origins if all(origin)]
    pairs = [(rng.choice(given), rng.choice(surnames)) for given, surnames in origins for _ in range(PAIRS_PER_ORIGIN)]
    plain = list(pairs)
    for _ in range(5):
        pairs += [(word, rng.choice(plain)[1]) for word in fit(ORDINARY_GIVEN)]
        pairs += [(rng.choice(plain)[0], word) for word in fit(ORDINARY_SURNAMES)]
    pairs = list(dict.fromkeys(pairs))
    rng.shuffle(pairs)
    return pairs


# Columns of references that identify nobody.


def number(rng, count):
    return str(rng.randrange(10 ** (count - 1), 10**count))


def reference_shapes(rng):
    """A function of the row for every shape. What a column keeps throughout, such as its prefix, is drawn here."""
    start, prefix, lead = rng.randrange(10**6, 9 * 10**6), letters(rng, rng.randrange(1, 5)), number(rng, 4)
    long_start, width = rng.randrange(10**9, 9 * 10**9), rng.randrange(4, 8)
    alphanumeric = string.ascii_uppercase + string.digits
    sites = [letters(rng, 1) + letters(rng, rng.choice([2, 4]), alphanumeric) for _ in range(12)]
    dates = rng.choice(["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y", "%d-%b-%y %H:%M"])
    return {
        "ten-digits": lambda row: number(rng, 10),
        **{f"{count}-digits": lambda row, count=count: number(rng, count) for count in (6, 8, 9, 11, 12, 16)},
        "letter-6-digits": lambda row: letters(rng, 1) + digits(rng, 6),
        "letter-12-digits": lambda row: letters(rng, 1) + digits(rng, 12),
        "2-letters-6-digits-letter": lambda row: letters(rng, 2) + digits(rng, 6) + letters(rng, 1),
        "4-digits-slash-7-digits-letter": lambda row: f"{number(rng, 4)}/{digits(rng, 7)}{letters(rng, 1)}",
        "uuid": lambda row: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "hex": lambda row: f"{rng.getrandbits(64):016x}",
        "sequential": lambda row: str(start + row),
        "sequential-ten-digits": lambda row: str(long_start + row),
        "prefix-digits": lambda row: prefix + digits(rng, width),
        "prefix-dash-digits": lambda row: f"{prefix}-{digits(rng, width)}",
        "digit-prefix-ten": lambda row: lead + digits(rng, 6),
        "year-serial": lambda row: f"ED{rng.choice([2025, 2026])}-{rng.randrange(10**6):06d}",
        "site-code": lambda row: rng.choice(sites),
        "capital-letters": lambda row: letters(rng, rng.randrange(3, 9)),
        "decimal": lambda row: f"{rng.uniform(0, 10**4):.{2 + start % 4}f}",
        "date-time": lambda row: (LAST_DAY - datetime.timedelta(days=rng.uniform(0, 730))).strftime(dates),
        "5-characters": lambda row: letters(rng, 5, alphanumeric),
    }


def reference_columns(seed, columns, rows):
    """(shape, values) of a sender's own references. Every third column is of random ten-digit numbers."""
    rng = random.Random(seed)
    deck = []
    for index in range(columns):
        shapes = reference_shapes(rng)
        if not deck:
            deck = [shape for shape in shapes if shape != "ten-digits"]
            rng.shuffle(deck)
        shape = "ten-digits" if index % 3 == 0 else deck.pop()
        yield shape, [shapes[shape](row) for row in range(rows)]


def check():
    """Tries the check digits with the vectors of the published forms, and then the corpus."""
    assert [nhs_number(nine) for nine in ("999000003", "999000018", "999000027", "999111222", "999999999")] == [
        "9990000034", "9990000182", "9990000271", "9991112227", "9999999999"
    ]  # fmt: skip
    assert nhs_number("999000000") is None
    for number in ("G999999900001", "N999000099001", "Z99900009900A", "B801200005001", "P207000016049"):
        assert upn(number[1:]) == number
    vectors = [(2099, 9999999, "V"), (2099, 1, "G"), (2002, 73319, "Z"), (1979, 163001, "B"), (1981, 34, "U")]
    for year, serial, letter in vectors:
        assert pnc_letter(year, serial) == letter
    assert (cro_letter(1999, 1), cro_file_letter(1999, 1)) == ("W", "B")

    for text, kind in check_digit_texts(1, 4000):
        assert holds_number(text) or kind == "pnc-id" and "PNC" in text, text
    assert not any(map(holds_number, look_alikes(1, 4000)))
    assert {kind for _, kind in form_texts(1, 120)} == set(FORMS)

    sets = (NAMED, NAMED_HELD_OUT, UNNAMED, UNNAMED_HELD_OUT)
    assert len({template for templates in sets for template in templates}) == sum(map(len, sets))
    words = set(re.findall(r"\w+", " ".join(UNNAMED + UNNAMED_HELD_OUT).lower()))
    assert not [word for word in ORDINARY if word.lower() not in words]
    for held_out in (False, True):
        texts = name_texts(1, 2000, [("Ngozi", "O'Brien"), ("Łukasz", "Smith-Jones")], held_out)
        assert sum(has_name for _, has_name in texts) == 1000

    columns = list(reference_columns(1, 60, 50))
    assert sum(shape == "ten-digits" for shape, _ in columns) == 20
    assert columns == list(reference_columns(1, 60, 50)) and form_texts(5, 50) == form_texts(5, 50)
    print("all is as it should be")


if __name__ == "__main__":
    check()
