"""A third set of texts with and without a person's name, apart from both sets of corpus.py.

Templates, places, brands and nicknames are its own; slots and treatment are those of corpus.name_texts.
`python3 corpus_held_out.py` tries it.
"""

import re
from unittest import mock

import corpus

NAMED = corpus.phrases("""
Punched x3 to face by housemate {g}, {inj}. | Self presents, says {g} {s} glassed her in the {pub}. | DNA x2 - {g} {s}
Alleged assault by ex-husband, {g} {s}, {n} hours ago. | Accompanied by her keyworker {g}, who has her meds.
Pt wants {g} kept out of the cubicle. | Sutured by Dr {s} under LA, {inj}. | On call neurosurg ({g} {s}) happy with CT.
Bitten on the ear by a girl called {g} in the queue at {shop}. | At {g}'s flat, {street}, after a party
assault loc: back yard of {g} {s}'s house, {street} | Outside {shop}. Says it was {g} {s} again.
In the kitchen at home, by mum's boyfriend {g} | Triage nurse {g} {s} raised a safeguarding concern.
Wound closed by Nurse {s}, tetanus given. | Walked in with his friend {g} from the hostel, both intoxicated.
Says he and his cousin {g} were set upon by five lads. | head butted by neighbour {gl} {sl}, nose bleeding ++
hit w/ belt by stepdad {gl} {sl}, marks to back | Pt's daughter ({g} {s}, aged {n}) saw it all from the stairs.
NOK partner {g}, on her way in from {town}. | Did not wait. {g} {s} to be recalled re XR.
{g} has been in before with the same, see old notes. | {g} {s} left dept without telling staff, cannula in situ.
Bloods and gas sent, {title} {s} aware. | Denies SI. Wants his wife {g} told that he is here.
Injured fist punching a door after a row with {g}. | Sister {s} asked security to stand by.
Mr {s} (ortho) to review in the morning, NBM from {time}. | On the dance floor of the {pub}, by a man called {g} {s}
ATMIST: male, stabbed L flank by his brother {g}, GCS 15. | 999 call made by neighbour {g} {s} at {time}.
Crew met by {g}, pt's carer, who found him on the stairs. | HEMS Dr {s} did thoracostomy on scene at {time}.
Handed over to S/N {s} in majors at {time}. | Paramedic {g} {s} punched while loading the stretcher.
O/A pt on floor, friend {g} doing CPR, ROSC at {time}. | No ID on him; lock screen of his phone says {g} {s}.
First responder {i}. {s} on scene before us. | {g} {s}, fall vs assault, {inj}, obs stable.
Pre-alert for {g} {s}, single stab wound, ETA 8 min. | EMT {s2} and Paramedic {s} both spat at.
Offender, later named as {g} {s}, smashed the display with a hammer. | SUS1 {g} {s}, SUS2 {g2} {s2}. Both deny.
IP is {g} {s}, door supervisor at the {pub}. | {S}, {g} - charged s20, remanded to {town} Mags.
Arrested {time} by PC {s}, cautioned, no reply. | PS {s} authorised detention at {time}.
Insp. {s} agreed s60 for {town} centre. | DC {s2} did the ABE interview with {g}. | T/DC {s} has the CCTV on disc.
BWV of PC {s} shows the knife being dropped. | PC {s}'s shoulder was dislocated during the arrest.
VIW says the shooter was {g} "{nick}" {s}. | Street name "{nick}", real name {g} {s}, lives off {street}.
{g} a.k.a. "{nick}" sold two wraps to the test purchase officer. | Exhibit {i}{j}/1 handed over by {g} {s}.
MG11 from {title} {s} outstanding. | Shopkeeper Mr {s} chased him out with a broom.
HOUSEHOLDER MRS {S} TIED UP AND CASH DEMANDED | WITNESS {G} {S} REFUSES TO GIVE STATEMENT
STOLEN BIKE FOUND AT ADDRESS OF {G} {S} | ROBBED OF PHONE BY {G} {S} AND TWO OTHERS
STEPMUM {G} FOUND THE SHOTGUN UNDER HIS BED | {S}, {G} - NO REPLY AT HOME ADDRESS | DC {S} TO COLLECT EXHIBITS AT {time}
{G} {S} TASERED AFTER COMING AT OFFICERS WITH AN AXE | HE SAID {G} {S} GAVE HIM THE GUN
Registered keeper is {g} {s}, not insured. | s18 wounding. Susp: {S} {i}. Bailed to {month}.
Victim's brother, {g}, turned up and threatened officers. | Charged: {g} {s} and {g2} {s2}, affray at {station}.
Caller ({g} {s}) heard screams from no {n}. | TPAC done; driver, {i}{j} {s}, ran into {park}.
ABH by her son. Mrs {s} does not want him charged. | DVPN served on her ex, {g}, must not go to {street}.
Harassment by former tenant {g} {s}: texts, notes under the door. | Lodger {g} {s} sprayed ammonia in his face.
Last seen with {g} {s} getting on a train at {station}. | CCTV operator {g} at the council has the footage.
Phone download: 40 calls to a contact saved as "{g} {s}". | Ch Insp {s} briefed, community impact low.
{title} {s} of {shop} says he is in there every day. | Complainant: {s}, {i}. Public order, racially aggravated.
During PE {g} kicked out at {g2}, who fell. | Chair thrown by {g} {s} in science, room cleared.
{title} {s} was pushed against the whiteboard. | Swore at Miss {s} and ripped up the worksheet.
Told {title} {s} to f off when asked for his phone. | {g} says {g2} started it. Both in isolation.
Racist comment made to {g} on the bus, reported by his mum. | Parent of {g} {s} rang, unhappy with the sanction.
Behaviour point given by Mr {i} {s}, period 5. | {g} {s} 9C, truanting, seen at {shop}.
Statement from {g} (Yr 8): "he just went for me". | Knife was in {g}'s blazer, handed in by her friend {g2}.
{title} {s} on gate duty saw smoke bombs let off. | Restorative meeting: {g} and {g2}, led by {title} {s}.
Phone belongs to {g} {s}, kept in the safe. | Permanent exclusion of {g} {s} heard on {day}.
TA, Miss {s}, has bruising to her shins. | LSA {g} {s} bitten on the hand, first aid given.
{g} absconded through the fire door, picked up by {park}. | Year 7 boys say that {g} took their dinner money.
Called home, spoke to {g}'s dad, who will collect him. | Set up a fake account in the name of {g} {s}.
Supply teacher ({title} {s}) hit by a water bottle. | Pupils: {g} {s}, {g2} {s2}. Graffiti in the toilets.
{g} arrived late, said the bus was cancelled. | T/C to {g} - no answer, voicemail left. | PP: {g} {s}. Next appt {day}.
Seen on behalf of {g} {s}, who is on leave. | New partner is {g}, two children, check with CSC.
Licence varied: not to approach {g} {s} or her home. | PDU Head {g} {s} agreed the recall.
{title} {s} disclosed a relapse, {drug} bought on the street. | Mr {s} is now at an AP in {town}.
UPW supervisor Mr {s} sent him home, smelt of drink. | Unannounced HV. Father, {g} {s}, said he had moved out.
Says he owes {g} two grand and is scared to go out. | Breach pack signed by {g} {s}, SPO.
AP staff report that {g} was back late on {day}, failed breath test. | Emailed {g} at Shelter re the bond.
Final warning letter to {title} {s}. | Lives above a garage with his uncle {g} and two others.
Has blocked {g}'s number, she still gets round it. | Prison visit: {g} {s}, B wing, parole due {month}.
{g} was polite and talked about boxing. | Session w/ {g} on peer pressure. Next: victim letter.
Reparation at the allotment with {g} {s} and the group. | {g}'s gran says he is out till 3am most nights.
His best friend {g} was stabbed last {month}. | AssetPlus by {g} {s}, countersigned {i}{j} {s2}.
Panel members: {g} {s}, {g2} {s2}. | Speaks to his older cousin {g} in HMP most days.
Knows {g} and {g2} {s2} from the PRU. | Solicitor {title} {s} advised no comment.
NRM submitted for {g} {s}, awaiting outcome. | {g} says "{nick}" ({g2} {s2}) gave him the bag to hold.
Thinks {g} set him up. Wants to move to {town}. | Taken to {shop} by {g}, his support worker, as a reward.
Boxing coach {g} {s} will have him on {day}s. | Strategy mtg chaired by {g} {s}, {day}.
Child told class teacher that uncle {g} hits her with a slipper. | Mother, {g} {s}, has a non-mol against father.
CP conference: {g} {s} (5) and sibling {g2} (3). | Health visitor {g} saw a bruise to cheek; no explanation given.
GP Dr {s} shared concerns about weight loss. | Foster carers {g} and {g2} will collect from {station}.
SW allocated: {g} {s}, {town} team. | Clare's Law request by Ms {s} re {g2} {s2}.
Allegation against coach {g} {s} passed to LADO. | Fr {s} of {church} let him sleep in the hall.
MARAC no {n}: {g} {s}, perp {g2} {s2}. | Lives with nan ({g} {s}) under an SGO.
carer states {gl} {sl} takes his bank card every {day} | Disabled adult, says the man upstairs, {g}, hits him.
FAO {g} {s}, MASH team. | Will call back. Regards, {g} {s} | Form not complete, please resend. Many thanks, {g}
Legal advice from {i}.{j}. {s} in county hall. | From: {s}, {g} (Probation) | Author: {g} {s}, Band 6
Entered by {i}.{s} on behalf of {g2} {s2} | {title} {g} {s}, c/o {church} | spoke w/ mrs {sl} at no {n}, saw nothing
brought in by dad, {gl} {sl}, child will not speak | ex partner {gl} {sl} turned up at {time}, broke window
{gl} {sl} kicked off in the canteen, 2 staff hurt | Not safe to ring; use her sister {g}'s phone.
Cllr {s} has raised it again on behalf of residents. | Older sibling {g} {s} is the cuckooed tenant at {street}.
Hi {g}, did the referral for this lad come through?
""")

UNNAMED = corpus.phrases("""
Burn mark to palm, ?lighter. | Will need plastics r/v in the morning. | Will not give his address or school.
May go home if CT normal. | May have lost consciousness, amnesic to event. | Rose thorn in finger, removed.
CK rose to 900. | No joy with cannula x3, US guided. | Hope to discharge tomorrow.
Frank haematuria after kick to back. | Jack knifed lorry on the A1, two trapped.
New Year's Eve, hit by a bottle in the crowd. | Scratches from holly, not assault. | Gentian violet applied.
Iris intact, no hyphaema. | Rusty nail through foot, tetanus given. | Chase up XR report.
Ran two miles before he was stopped. | Big guy in a puffa jacket hit me from behind | XR shows {frac}, backslab on.
For lance and pack in minors. | Green whistle given by crew. | Day 3 of antibiotics, wound clean.
Page plastics on call. | Long leg POP applied. | Short term memory poor since head injury. | Strong grip R=L.
Best corrected vision 6/9. | Rice advice given for ankle sprain. | Frost nip to toes, rough sleeper.
Snowball with a stone in it, {inj}. | Sharp object to neck, ?platysma breached. | Porter called for CT transfer.
Head injury advice sheet given. | Major crime team have it now. | Cross match 4 units.
Bull terrier, no muzzle, bit the child. | German Shepherd off the lead bit him in {park}.
Temple Meads platform 3, pushed by a stranger | Known {epo}, on {drug}. | Pool cue across back, {inj}
Glass in foot from the broken door, {inj}. | Hit by toddler with a Fisher-Price toy | {frac}, refer ortho.
Says the diss track was savage, hence the row. | Steel toe cap boots to ribs. | Gash to chin, closed with Steri-Strips.
Queue outside {shop}, {time} | car park of {shop}, {town} | upstairs on night bus near {station}
In the street o/s the {pub} | Inside the {pub}, toilets | Top of {street} by the bookies | kebab shop on {street}
Skate ramp in {park} | at home, bedroom, by partner | Nightclub, bouncer | Victoria Centre, lower mall
Behind St David's Centre by the bins | Elizabeth line train between stops | Outside Angel tube | Bank, on the escalator
Prison - HMP Wandsworth, exercise yard | HMYOI Feltham, Kingfisher unit | Nightingale Ward, side room 2
Playground of {school} | Hall of residence, kitchen | Church St car park level 2 | Keir Hardie Court, stairwell
Lane 4 at the bowling alley, {inj} | friend's house | Alexandra Palace, at the darts | Meadowhall bus interchange
Bullring, by the statue | taxi rank, {station} | Wembley, after the final whistle
Barton Moss centre, by another resident | Rowan House, communal lounge | Refused {drug}, took {drug} from home.
Obs stable, pain 6/10, {drug} given. | No allergies bar {drug}. | Transfer to {hosp} for ENT.
Brought over from {hosp} by patient transport. | {inj}. Past hx {epo}. | Discharge letter to GP.
Seen by Plastics, Max Fax and Psych. | Manchester Triage category Orange. | Canadian C-spine rules applied, cleared.
Copied from Lorenzo EPR, see previous attendance. | Symphony down, notes on paper. | Refer to Redthread youth team.
Pt intoxicated ++, Jack Daniel's and lager since noon. | Half a bottle of Captain Morgan and some {drug}.
pt assulted by unkown male, kicked to head x2 | punched by random in {shop}, no loc | wife beater vest soaked in blood
bottled in the {pub}, lac to scalp | attacked by group of girls at {station}, {inj} | says fell, story changes
Mum and Dad at bedside. | Sister rang for an update, no details given. | Nan is the main carer and will come at {time}.
ATMIST: 19 male, stabbing, L chest, sats 94% | Crew stood off at RVP, awaiting police.
Found supine on {street}, GCS 9. | Hudson mask 15L, Guedel in situ. | Yankauer suction, airway clear.
{drug} IV by crew at {time}, good effect. | Juliet Oscar 30 first on scene. | Conveyed to {hosp} on blues.
Declined transport, left with friends at {station}. | St John Ambulance treated her at the event.
Skip lorry blocked the ambulance on {street}. | Pre-alert to {hosp}, ETA 6. | Nurse in Charge took handover, {inj}.
Bottle labelled GHB on scene, kept. | 2 x {drug} taken PTOA. | Two males on moped snatch phone, make off along {street}.
SUS enters via rear patio door, untidy search. | Price tag still on the machete.
Brown paper, tin foil and a lighter seized. | White powder in a wrap, test positive. | Black Audi made off, two up.
Silver chain snatched from neck. | Pat down search, nothing found. | Rob and run, two on a bike.
Held in the nick overnight, no charge. | Drew out £{n}0 at the cashpoint, then robbed of it.
Blonde bob, nose ring, about 30. | Sandy haired male, 5'8, ran to {station}. | Pearl handled penknife in her bag.
Jade bracelet pawned by grandson. | Olive green parka, hood up. | Charity collection tin stolen from {shop}.
Gift bag left on the doorstep, note inside. | Dog walker rang about a holdall in the reeds.
Penny slots on the pier smashed. | Cash in transit van robbed outside {shop}. | Field test positive for cocaine.
Rock of crack under tongue. | Stone cold sober when arrested. | Bolt taxi driver hit by fare.
Mason jar of cannabis in wardrobe. | Wood panelled door kicked through.
Constable bitten during arrest, tetanus advised. | Car jack used to prise the shutter.
Crystal ashtray thrown at her head. | King size skins and a grinder in his sock.
Amber light jumped, cyclist hit on {street}. | Victor Tango unit to {street}, area search no trace.
Bird scarer let off. | Still awake at dawn, pacing the unit. | Poppy wreath at the cenotaph set alight.
Lucky heather seller assaulted. | Small amount of herbal cannabis, community resolution.
Baker on early shift saw two youths. | Mercedes Sprinter broken into. | Seat Leon stolen in key burglary.
Skoda Octavia taxi, windscreen smashed. | Michael Kors handbag grabbed in {town}.
Stone Island jumper and Fred Perry cap worn by SUS. | Hugo Boss tracksuit, Nike Tns. | Harley Davidson jacket, beard.
Stanley blade found in shoe. | Tommy Hilfiger bag holding {n} wraps. | Paid with a stolen card in {shop}.
Op Sceptre, knife arch. | CCTV down since Storm Darragh. | IP and SUS not known to each other.
Male 1 punches Male 2, both walk off to the {pub}. | Victim will not support, filed. | OIC on rest days, back {day}.
Custody Sgt refused charge. | DI to review the case on {day}. | Special Constable pushed at {station}.
ANPR hit near {town}, no trace. | Niche updated. | Athena ref to follow. | HOLMES room opened.
Football disorder, Villa v Forest, bottles thrown. | Everton shirt, blood on collar.
Celtic fans in the {pub}, scuffle. | St Patrick's Day, drunk male hit doorman.
Boxing Day sales, two women fighting in {shop}. | Bonfire night, firework aimed at bus.
{nat} male, 30s, hit him with a belt. | Two {nat} lorry drivers fighting at the services.
Statement in {nat}, to be translated. | Jamaican patty shop window put through.
Pakistani family, windows broken, ?hate crime. | Chinese takeaway owner spat at.
Ran from {station} to {church}, then lost. | Bishop of the diocese told of the damage at {church}.
Lead stripped from roof of {church}. | Wolf whistled at, then grabbed on {street}.
Love triangle, according to neighbours. | Fox hunting protest, {inj}. | Hill behind the estate used by quad bikes.
Marsh behind the retail park searched. | Banks refused him an account, paid in hand.
Swift card and phone taken on the tram. | Cash Converters refused the watch.
Lead singer hit by a bottle at a gig in {town}. | Bell went, fight in corridor B.
Price list for vapes found in planner. | Faith leaders spoke to the year group.
Art block, glue thrown, supply teacher hit. | Grant paid for a knife arch at {school}.
Summer fair cancelled after threats. | Told Sir that he had been hit first.
Miss asked him to leave, he kicked the bin. | Autumn half term work not done, walked out.
Stanley cup thrown across form room. | Gates at 3pm, adults waiting in cars. | Bill for the damage sent to parents.
Wall bars in gym, pushed off, {inj}. | Potter's wheel broken in Art. | Daisy chained plugs, smoke in ICT room.
Head of Sixth Form met parents. | Round robin email to all tutors. | Good rapport with learning mentor.
Peer on peer, lunch queue. | Page torn from planner with threats on it. | Rugby tackle in corridor, {inj}.
Pupil X and Pupil Y, {n} days each. | Year 11 prom, fight outside the {pub}.
Duke of Edinburgh trip, knife brought along. | Defiance, refused to go to Reset.
Suspended {n} days for hitting a Year 7. | Managed move to {school} from {month}.
Came from {school} in {month} with a warning. | CPOMS entry made. | Arbor shows 61% attendance.
Class Charts detention missed x4. | Homophobic language in Maths. | Religious Education, swore at teacher.
French exchange trip to {town}, vodka found. | Geography field trip, punched a {nat} pupil.
Harmony room used to calm down. | Dean of Year rang home. | Carol concert, fireworks let off in hall.
Christian Union room wrecked. | Max two pupils in the toilets, rule broken. | Sports Day fight, {inj}.
World Book Day, toy gun taken off pupil. | Ash on blazer, smoking by the bike sheds.
Basil plants pulled up in the allotment. | Ginger hair jokes, then a punch. | Little insight into offending.
Precious little engagement so far. | Plays patience on his phone all session. | Bond board refused him.
Can cook and clean, ready for move on flat. | Carpenter by trade, not working. | Law student, no previous.
Case conference is on {day}. | Judge gave 3 yrs, half to serve. | Speed awareness course done.
Cross examined for two hours, distressed. | Looking at bird if he breaches again.
Saying grace at tea, his brother threw a fork. | Rich pickings, he said of the phone shops.
Frank breach of curfew admitted. | Art therapy on {day}s going well. | Winter shelter full, slept in car.
Miles over the limit. | Testing the waters re return home. | Power of attorney held by niece.
Cellmate wants to sue the prison. | Family may sue the council. | Reports {day}s at {town} office.
Accredited programme from {month}. | Arranged travel warrant {town} to {town}. | DTR test on {day}.
Recall to HMP Lewes. | ROTL from HMP Ford, back by {time}. | Moved from Cookham Wood to Werrington.
HMP Berwyn, cat C, release {month}. | Elizabeth Fry hostel has no beds. | Referred to Turning Point for {drug}.
Nacro flat, key code changed. | UC sanction till {month}. | Unpaid work at the hospice shop in {town}.
Painting the hall at {church}, {n} hrs credited. | Delius updated. | OASys layer 3 due {month}.
Prince's Trust course starts in {month}. | Works nights at {shop}, tag exempt to {time}. | Told {job} of a new address.
Rang {job}, no reply. | Handover to new {job}, {day}. | Joint visit with {job}. | {job} not at work today, rebook.
Young carer, looks after two siblings. | Street wise, plays it down. | Close bond with nan, none with father.
At the mercy of older lads, she says. | RAG rated Amber, review in {month}. | Crystal clear that he will not engage.
Barnardo's to do return home interview. | Catch22 mentor from {month}. | St Giles Trust caseworker met him in {hosp}.
Kooth and Headspace offered. | Referred to Brook for sexual health. | Workshop by the Ben Kinsella Trust.
Premier League Kicks on {day}s. | Went missing from {town}, found at {station}.
Placement in {town} broke down, moved to {town}. | Trap house in {town}. | Says NRM means he cannot be charged.
Going county, to {town} and back. | Drill video shot in {park}. | Holding for olders in {town}.
Curfew 7 to 7, tag at nan's. | Panel on {day}, bring Mum. | SALT says needs short sentences. | EHCP review at {school}.
Wants to be a barber or a chef. | Gym pass, {n} visits. | Scout hut burnt down, he denies it.
Chance of custody is high. | Has a job at {shop}, off {street}. | Fishing trip with {job}, good day.
Boxing club at {church}, {day}s. | Clare's Law disclosure made. | Sarah's Law request, no disclosure.
Gillick competent, consents. | Fraser guidelines followed. | Herbert Protocol form on file.
Philomena Protocol in place with the home. | Lucy Faithfull Foundation number given.
Child B says that he is hit at home. | Section 47 threshold met, {day}. | MASH closed it.
Rio checked, not open to CAMHS. | Mosaic shows a CIN plan from {month}. | Mother has {epo}, father has left.
Step-father on bail to an address in {town}. | Looks after a brother with {epo}.
Language line for {nat}, mother at {church}. | LADO told on {day}. | GP at the Gordon Surgery.
Women's Aid refuge in {town}. | IDVA has tried {n} times. | Mind and Samaritans numbers left.
Marie Curie nurse asked for help. | Dog called off by owner, bite to leg. | Florence Nightingale Shelter, room {n}.
Bruise to ear, Mum says fell in {park}. | Eid party, uncle slapped her, wont say which.
Vaisakhi parade, kirpan kept by stewards. | Diwali fireworks thrown in {street}.
Warden at Bevin House found him on the stairs. | Lodger moved out in {month}.
Grandparents in {town} will have all three. | UNKNOWN MALE PUSHED TO GROUND NEAR {station}
ENTRY GAINED VIA KITCHEN WINDOW, JEWELLERY TAKEN | NOT FOR RESUS | DOMESTIC, BOTH PARTIES DRUNK, NO COMPLAINTS
DO NOT LONE WORK, DOG AT PROPERTY | NO CAPACITY, ALLOW EXTRA TIME | PUPIL REFUSED SEARCH, POLICE CALLED TO {school}
VICTIM HIT WITH BELT OUTSIDE THE {pub} | NIL BY MOUTH FROM {time} | NO ENTRY TO {shop} UNTIL {month}
PLEASE SEE LAST ENTRY | KNIFE RECOVERED FROM {park} BY {job} | OOH GP TO VISIT | June review brought forward.
April fool prank, chair pulled away, {inj}. | Climbed up the ivy to a bedroom window. | Lily tattoo on R calf.
Ruby wedding party, cousins fighting. | Sunday dinner at nan's, all calm. | Rivers Unit has no bed.
Knight costume, plastic sword only. | Mills in {town} used for raves. | Snow on the path, bike tracks to no {n}.
Golden Dragon, {street}, order not paid for. | Hunter wellies gone from the porch.
Lamb joints under coat in Lidl, staff pushed. | Location Of Assault | Daily Occurrence Log | Reason For Referral
Victim Personal Statement | Out Of Court Disposal | Presenting Complaint And History | Record Of Contact
Child In Need Plan | Sanction And Follow Up | Injury Severity Score | Child Exploitation Screening Tool
Key Stage Four Behaviour Log | Ambulance Handover Summary | Restraining Order Expired | Weapon Used: Glass Or Bottle
Type Of Contact: Home Visit | Previous Convictions: None Recorded | Outcome: Managed Move
""")

FILLERS = corpus.by_first("""
street | Frederick Street | Gordon Road | Harriet Close | Clarence Street | Henry Street | Percy Road | Cromwell Road
street | Shakespeare Street | St John's Road | Bishop Street | Marsh Lane | Brook Street | Byron Drive | Tennyson Road
street | Livingstone Road | Gilbert Crescent | Bernard Terrace | Catherine Street | Chapel Walk | Lawrence Hill
pub | Admiral Rodney | Duke of Wellington | Prince of Wales | Queen Adelaide | Earl Grey | Bishop Blaize | Black Swan
pub | White Hart | Crown and Anchor | Red Lion | Sir Robert Peel | John Snow | Dusty Miller | Slug and Lettuce
pub | Horse and Groom | Blacksmiths Arms | Molly Malone | Florence Arms
park | Clarence Park | Christchurch Park | Abbey Fields | Edward Park | Sefton Park | Cannon Hill Park
park | Ward Jackson Park | Roundhay Park | Bruce Park | Mary Stevens Park | Gilbert Gardens | Paradise Fields
school | St Cuthbert's High | Lady Jane Grey School | Bishop Latimer Academy | Cardinal Newman School | St Bede's
school | Florence Nightingale Primary | Charles Darwin Academy | Sir Francis Drake Primary | Lord Byron Academy
school | Archbishop Cranmer Primary | Rosa Parks Academy | Ark Victoria | The Grange PRU
hosp | Addenbrooke's | Pinderfields | Barts | Guy's | Alder Hey | Wythenshawe | Frimley Park | St Helier | Arrowe Park
hosp | Princess Royal | Prince Philip Hospital | Queen's Med | Lister Hospital | Doncaster Royal | Leighton
station | Seven Sisters | Shepherd's Bush | Earl's Court | Manor House | Parson Street | Gordon Hill | Temple
station | Haymarket | James Street station | Stratford | Barking | Moorgate | Canning Town | St Johns
station | Victoria bus station
church | St Jude's | St Cuthbert's | St Aidan's Church | Christ Church | St Barnabas | St Stephen's church hall
church | Wesley Chapel | St Augustine's | Our Lady of Lourdes | Sacred Heart | St Columba's | the Baptist church
town | Reading | Sale | Bury | Beverley | Morley | Ripley | Selby | Barry | Margate | Harlow | Lancaster | Crawley
town | St Helens | Peterlee | Douglas | Kimberley | Rugby | Corby | Jarrow | Dudley | Lewes | Deal
shop | Lidl | Asda | the Co-op | Farmfoods | Matalan | Poundland | JD Sports | Currys | Superdrug | Costa | Subway | KFC
shop | Domino's | Frankie & Benny's | H Samuel | Ernest Jones | Max Spielmann | Toby Carvery | Holland & Barrett
shop | Spoons | Miller & Carter | Thomas Sabo
month | January | February | March | April | May | June | July | August | September | October | November | December
day | Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday
nat | Lithuanian | Bulgarian | Vietnamese | Slovak | Hungarian | Ukrainian | Czech | Latvian | Spanish | Italian
nat | French | Greek | Russian | Tamil
drug | Naproxen | zopiclone | Pregabalin | lorazepam | Citalopram | Ritalin | Concerta | mirtazapine | Entonox
drug | Penthrox | flucloxacillin | Calpol | Olanzapine | Valium | Subutex | Lyrica
frac | Monteggia fracture | Smith's fracture | Jefferson fracture | Weber B ankle | Lisfranc injury | Galeazzi fracture
frac | Rolando fracture | Barton's fracture
epo | Ludwig's angina | Wernicke's | Cushing's | Von Willebrand disease | Huntington's | Asperger's | Raynaud's
epo | Addison's disease | Marfan syndrome | Alzheimer's | Osgood-Schlatter | Ehlers-Danlos | Hashimoto's | Korsakoff's
job | Youth Worker | Ward Manager | Custody Sergeant | Social Worker | the Rev | PS | Assistant Head | Chaplain | Matron
job | the Inspector | Probation Officer | IDVA | Form Tutor | DI | Health Visitor | Prof
inj | #nasal bones | lac to scalp 4cm | black eye | bruising to neck | cut lip | chipped tooth | ?# jaw | swollen R hand
inj | puncture wound to buttock | graze to elbow | no LOC | sore ribs | burn to cheek
""")
NICKNAMES = "Bones|Scouse|Fish|Razor|Jonno|Twitch|Monkey|Baz|Doc|Lurch|Lil Man|Smiler|Peanut|Ghost".split("|")


def name_texts(seed, count, names):
    """(text, has_name), half of each, as corpus.name_texts makes them."""
    own = {
        "NAMED_HELD_OUT": NAMED,
        "UNNAMED_HELD_OUT": UNNAMED,
        "NICKNAMES": NICKNAMES,
        # Twice each, since every second one is taken.
        "FILLERS": {kind: [filler for filler in fillers for _ in range(2)] for kind, fillers in FILLERS.items()},
    }
    with mock.patch.multiple(corpus, **own):
        return corpus.name_texts(seed, count, names, held_out=True)


def check():
    """Tries that templates are its own and that the same seed gives the same texts."""
    sets = (NAMED, UNNAMED, corpus.NAMED, corpus.NAMED_HELD_OUT, corpus.UNNAMED, corpus.UNNAMED_HELD_OUT)
    assert len({template.lower() for templates in sets for template in templates}) == sum(map(len, sets))
    person = re.compile(r"\{(?:g|s|G|S|gl|sl)\}")
    assert all(map(person.search, NAMED))
    assert not any(re.search(r"\{(?:[gGsSij][l2]?|title|nick)\}", template) for template in UNNAMED)
    names = [("Ngozi", "O'Brien"), ("Łukasz", "Smith-Jones")]
    texts = name_texts(1, 2000, names)
    assert sum(has_name for _, has_name in texts) == 1000 and texts == name_texts(1, 2000, names)
    print("all is as it should be")


if __name__ == "__main__":
    check()
