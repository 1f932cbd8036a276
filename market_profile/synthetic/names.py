"""Fictional names: lists of common British and other names, street names of people and of roads, and how they slip."""

from __future__ import annotations

import numpy as np

from market_profile.synthetic.plan import Array

MALE = tuple(
    "Daniel James Michael David Christopher Matthew Thomas Joseph Robert William Jack Liam Ryan Connor Jordan Kieran "
    "Aaron Nathan Luke Adam Lee Wayne Darren Gary Paul Mark Kevin Stephen Anthony Andrew Peter John Alan Dean Carl "
    "Craig Scott Jamie Ashley Kyle Bradley Reece Callum Curtis Leon Marcus Tyrone Dwayne Andre Jerome Winston Delroy "
    "Mohammed Ahmed Imran Tariq Hassan Yusuf Bilal Abdul Rashid Kamran Rajesh Sanjay Amir Omar Samuel Emmanuel Kwame "
    "Kofi Femi Tunde Chidi Piotr Tomasz Marek Krzysztof Andrei Mihai Ionut Dmitri Arben Besnik Erion Patrick Sean "
    "Declan Brendan Eoin Edward Charles George Harry Oliver Alexander Benjamin Nicholas Richard Simon Philip Terence "
    "Raymond Kenneth Leonard Francis Vincent Dominic Gareth Rhys Owen Angus Ewan Callan Zachary Tobias Elliott".split()
)
FEMALE = tuple(
    "Sarah Emma Laura Rebecca Gemma Kelly Michelle Nicola Claire Samantha Lisa Karen Tracey Donna Julie Amanda Stacey "
    "Leanne Natalie Danielle Jade Chelsea Kirsty Hayley Charlotte Amy Katie Lauren Jessica Sophie Chloe Megan Shannon "
    "Courtney Bethany Elizabeth Margaret Susan Patricia Deborah Jacqueline Christine Angela Theresa Maria Aisha Fatima "
    "Zainab Nadia Yasmin Priya Anjali Grace Blessing Abena Agnieszka Katarzyna Magdalena Elena Ioana Monika Siobhan "
    "Niamh Roisin Bronwyn Rhiannon Catherine Josephine Victoria Alexandra Abigail Hannah Isobel Frances Dorothy".split()
)
SURNAMES = tuple(
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts "
    "Green Hall Wood Jackson Clarke Khan Hughes Edwards Hill Cooper Ward Ali Morris Turner Moore Parker Harris Ahmed "
    "Lewis King Baker Lee Martin Morgan Allen Harrison Phillips Watson Hussain Cook James Scott Young Mitchell Cox "
    "Bailey Bennett Richardson Kelly Marshall Collins Shaw Murphy Miller Begum Simpson Carter Anderson Webb Price Gray "
    "Chapman Adams Campbell Stevens Mason Lloyd Hunt Knight Barnes Mills Palmer Reynolds Fisher Murray Stewart Graham "
    "Reid Ross Doyle Byrne Walsh Gallagher Nolan Kowalski Nowak Wojcik Popescu Ionescu Hoxha Krasniqi Mensah Owusu "
    "Okafor Adeyemi Osei Singh Kaur Sharma Chowdhury Rahman Uddin Mahmood Akhtar Iqbal Nguyen Tran Chen Wong Silva "
    "Santos Ferreira Costa Garcia Lopez Petrov Ivanov Hamidi Karimi Tesfaye Abdi Warsame Diallo Toure Baptiste Joseph "
    "Francis Charles Alexander Henry Grant Gordon Duncan Fraser Macdonald Pritchard Griffiths Rees Probert".split()
)
_STEMS = "Ash Black Brad Brom Cran Dag Ded East Elm Fair Glad Hal Ham Hart Hod Kings Lang Lind Mar Nor".split()
_TAILS = "bury by combe croft den field ford ham hurst ley lock man more ridge shaw son ston ton well worth".split()
ALL_SURNAMES = SURNAMES + tuple(stem + tail for stem in _STEMS for tail in _TAILS)

NICKNAMES = {
    "Daniel": "Danny", "James": "Jimmy", "Michael": "Mick", "David": "Dave", "Christopher": "Chris",
    "Matthew": "Matt", "Thomas": "Tommy", "Joseph": "Joe", "Robert": "Bob", "William": "Bill", "Nathan": "Nate",
    "Anthony": "Tony", "Andrew": "Andy", "Peter": "Pete", "Stephen": "Steve", "Kevin": "Kev", "Darren": "Daz",
    "Gary": "Gaz", "Mohammed": "Mo", "Samuel": "Sam", "Emmanuel": "Manny", "Patrick": "Paddy", "Edward": "Ted",
    "Charles": "Charlie", "Alexander": "Alex", "Benjamin": "Ben", "Nicholas": "Nick", "Richard": "Ricky",
    "Philip": "Phil", "Terence": "Terry", "Raymond": "Ray", "Kenneth": "Kenny", "Leonard": "Lenny", "Vincent": "Vinny",
    "Francis": "Frank", "Bradley": "Brad", "Dominic": "Dom", "Zachary": "Zak", "Krzysztof": "Kris", "Tomasz": "Tomek",
    "Rebecca": "Becky", "Samantha": "Sam", "Nicola": "Nicky", "Michelle": "Shell", "Elizabeth": "Liz",
    "Margaret": "Maggie", "Susan": "Sue", "Patricia": "Pat", "Deborah": "Debs", "Jacqueline": "Jackie",
    "Christine": "Chris", "Katie": "Kate", "Catherine": "Cath", "Victoria": "Vicky", "Alexandra": "Alex",
    "Abigail": "Abby", "Theresa": "Tess", "Josephine": "Josie", "Danielle": "Dani", "Charlotte": "Charlie",
    "Natalie": "Nat", "Jessica": "Jess", "Amanda": "Mandy", "Agnieszka": "Aga", "Magdalena": "Magda",
}  # fmt: skip
POPULAR_STREET_NAMES = tuple(
    "Tiny Ghost JJ Dre Mac Smiley Biggs Slim Red Ace Bones Tee Kay Blaze Lucky Spider Casper Duke Tank Skinny Ziggy "
    "Turbo Fingers Shorty Rico Ty Flex Jinx Bear Nemo Dex Chip Scouse Jock Taff Brum Geordie Cockney Paddy Ginge".split()
)
_FIRST = "Lil Big Young Mad Fat Old Baby Crazy Sly Uncle DJ Little Long Pretty Quick Mister Captain King".split()
_SECOND = (
    "Marv Rocco Tizz Dutch Bugs Dolla Trigga Shadow Stix Pepper Bishop Felix Vee Moose Sparky Trips Cruz Nitro Gecko "
    "Otis Radar Hench Mongo Buster Chopz Frosty Wiz Jaxx Pigeon Rags Socks Beans Noodle Tango Badger Cobra Milo Saint"
).split()
RARE_STREET_NAMES = tuple(_SECOND) + tuple(f"{first} {second}" for first in _FIRST for second in _SECOND)

WARD_NAMES = (
    "Harbour", "Old Town", "Marine", "Northgate", "Castle", "St Brannock", "Fairlight", "Westcliff", "Millbrook",
    "Downland", "Pier", "Eastcombe", "Quarry", "Hollingdean Park", "Cressway", "Lowfields", "Salterns", "Beacon",
)  # fmt: skip
STREET_STEMS = tuple(
    "Alma Anchor Balfour Barrow Beacon Bramble Caple Cannon Carden Chalk Cliff Clover Cobden Compass Coral Cormorant "
    "Darnley Dolphin Drake Ebony Elder Falcon Fennel Fisher Foundry Gannet Gloster Granary Gull Harbour Hawthorn Hazel "
    "Hereward Heron Hollow Inkerman Juniper Kestrel Lantern Larch Lavender Linnet Lobster Magnolia Mallow Mariner "
    "Martello Meadow Mercer Mizen Nelson Oakley Orchard Osprey Oyster Paston Pebble Pelham Pilot Plover Poplar Quay "
    "Ravens Regatta Rodney Rowan Saffron Sandpiper Saxon Scholars Shingle Spinnaker Station Sundial Tamarisk Tern "
    "Thistle Trinity Tudor Vernon Victory Wagtail Walpole Warren Wharf Willow Windlass Wykeham Yarrow Zetland".split()
)
STREET_ENDINGS = ("Street", "Road", "Avenue", "Close", "Lane", "Terrace", "Gardens", "Place", "Rise", "Way", "Court",
                  "Crescent", "Walk", "Row", "Hill", "Mews", "Parade", "Drive")  # fmt: skip

_SOUNDS = (("ph", "f"), ("ck", "k"), ("ie", "y"), ("ey", "y"), ("y", "ie"), ("ee", "ea"), ("a", "e"), ("e", "a"),
           ("i", "e"), ("o", "a"), ("s", "z"), ("c", "k"), ("k", "c"), ("mm", "m"), ("ll", "l"), ("n", "m"))  # fmt: skip
VARIANTS = 6
"""Misspellings kept of each name."""


def misspellings(names: Array, rng: np.random.Generator) -> Array:
    """Return an array (names, VARIANTS) of slips of each *distinct* name: sounds, doubled, dropped, swapped letters."""
    table = np.empty((len(names), VARIANTS), dtype=object)
    for row, name in enumerate(names):  # over the list of names, never over records
        table[row] = [_slip(str(name), rng) for _ in range(VARIANTS)]
    return table


def _slip(name: str, rng: np.random.Generator) -> str:
    if len(name) < 4:
        return name + name[-1]
    at = int(rng.integers(1, len(name) - 1))
    choice = rng.random()
    if choice < 0.4:
        fits = [(old, new) for old, new in _SOUNDS if old in name[1:]]
        if fits:
            old, new = fits[int(rng.integers(len(fits)))]
            return name[0] + name[1:].replace(old, new, 1)
    if choice < 0.6:
        return name[:at] + name[at + 1 :]
    if choice < 0.8:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
