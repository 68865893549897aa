"""One label for one thing: any usual spelling of a country or a transport mode, or an error with near misses."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from landbridge.errors import InputError, did_you_mean

MODES = ("sea", "rail", "road", "ferry", "transfer")
MAIN_MODES = ("sea", "rail", "road", "air")
REST = "ROW"

# What people write and ISO 3166 does not: former names, abbreviations of maps and statistics, everyday short forms.
_EVERYDAY = {
    "ARE": (
        "UAE",
        "Emirates",
    ),
    "BIH": (
        "Bosnia",
        "Bosnia and Herz.",
    ),
    "BRN": ("Brunei",),
    "CAF": ("Central African Rep.",),
    "CIV": (
        "Ivory Coast",
        "Cote d'Ivoire",
    ),
    "COD": (
        "DRC",
        "Zaire",
        "Congo-Kinshasa",
        "Dem. Rep. Congo",
        "Congo, Dem. Rep.",
        "DR Congo",
        "Democratic Republic of the Congo",
    ),
    "COG": (
        "Congo-Brazzaville",
        "Congo, Rep.",
        "Republic of Congo",
    ),
    "CPV": ("Cape Verde",),
    "CZE": ("Czech Republic",),
    "DEU": ("West Germany",),
    "DOM": ("Dominican Rep.",),
    "EGY": ("Egypt, Arab Rep.",),
    "ESH": ("W. Sahara",),
    "FLK": ("Falkland Is.",),
    "FSM": ("Micronesia",),
    "GBR": (
        "UK",
        "Britain",
        "Great Britain",
        "England",
    ),
    "GNQ": ("Eq. Guinea",),
    "HKG": (
        "Hong Kong SAR",
        "Hong Kong SAR, China",
    ),
    "IRN": ("Persia", "Iran, Islamic Rep."),
    "KGZ": ("Kyrgyz Republic",),
    "KOR": (
        "South Korea",
        "Korea, Rep.",
        "Korea, South",
        "ROK",
        "Republic of Korea",
    ),
    "LAO": (
        "Laos",
        "Lao PDR",
    ),
    "MAC": (
        "Macau",
        "Macao SAR, China",
    ),
    "MDA": ("Moldova",),
    "MKD": (
        "Macedonia",
        "FYR Macedonia",
    ),
    "MMR": ("Burma",),
    "PRK": (
        "North Korea",
        "Korea, Dem. People's Rep.",
        "Korea, North",
        "DPRK",
    ),
    "PSE": (
        "Palestine",
        "West Bank and Gaza",
        "West Bank",
    ),
    "REU": ("Reunion",),
    "RUS": (
        "Russia",
        "USSR",
        "Soviet Union",
    ),
    "SLB": ("Solomon Is.",),
    "SSD": ("S. Sudan",),
    "STP": ("Sao Tome and Principe",),
    "SVK": ("Slovak Republic",),
    "SWZ": ("Swaziland",),
    "SYR": ("Syria",),
    "TLS": ("East Timor",),
    "TUR": ("Turkey",),
    "USA": (
        "United States of America",
        "America",
    ),
    "VAT": (
        "Vatican",
        "Vatican City",
    ),
    "VCT": ("St. Vincent and the Grenadines",),
    "XKX": (
        "Kosovo",
        "XK",
    ),
    "ROW": ("Rest of the world",),
}

_SHORT = {
    "BIH": "Bosnia and Herzegovina",
    "BRN": "Brunei",
    "CIV": "Ivory Coast",
    "COD": "DR Congo",
    "COG": "Congo",
    "KOR": "South Korea",
    "LAO": "Laos",
    "PRK": "North Korea",
    "PSE": "Palestine",
    "ROW": "Rest of the world",
    "RUS": "Russia",
    "SYR": "Syria",
    "TUR": "Turkey",
    "VAT": "Vatican City",
    "VGB": "British Virgin Islands",
    "VIR": "US Virgin Islands",
    "XKX": "Kosovo",
}


def _fold(text: str) -> str:
    """Lower case, no accents, no punctuation, no "the": the form in which spellings are compared."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i")).encode("ascii", "ignore").decode().casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in plain.replace("'", "").replace(".", "")).split()
    words = ["saint" if word == "st" else "and" if word == "&" else word for word in words if word != "the"]
    return " ".join(words)


@cache
def _index() -> dict[str, frozenset[str]]:
    """ISO3 codes by folded spelling; more than one where a short form is ambiguous ("Korea")."""
    import pycountry

    codes: dict[str, set[str]] = defaultdict(set)
    exact: dict[str, set[str]] = defaultdict(set)
    for entry in pycountry.countries:
        for key in ("name", "official_name", "common_name", "alpha_2", "alpha_3"):
            if spelling := getattr(entry, key, None):
                exact[_fold(spelling)].add(entry.alpha_3)
        head, _, tail = entry.name.partition(",")
        if tail:
            codes[_fold(head)].add(entry.alpha_3)
            exact[_fold(f"{tail} {head}")].add(entry.alpha_3)
    for code, spellings in _EVERYDAY.items():
        exact[code.casefold()].add(code)
        for spelling in spellings:
            exact[_fold(spelling)].add(code)
    return {spelling: frozenset(found) for spelling, found in (codes | exact).items()}


@cache
def country(text: str) -> str:
    """The ISO 3166 alpha-3 code of a country given in any usual spelling ("Russian Federation", "russia", "RU").

    Raises:
        InputError: nothing matches, or several do; the message lists the candidates.
    """
    found = _index().get(_fold(text), frozenset())
    if len(found) == 1:
        return next(iter(found))
    if found:
        named = ", ".join(f"{code} ({country_name(code)})" for code in sorted(found))
        raise InputError(f'"{text}" fits several countries: {named}. Write one of the codes.')
    codes = sorted({code for found in _index().values() for code in found})
    spellings = [*map(country_name, codes), *codes]
    raise InputError(f'No country called "{text}".{did_you_mean(text.strip(), spellings)}')


@cache
def country_name(iso3: str) -> str:
    """The usual short English name of an ISO3 code; the code itself when it has none."""
    import pycountry

    if iso3 in _SHORT:
        return _SHORT[iso3]
    entry = pycountry.countries.get(alpha_3=iso3)
    return getattr(entry, "common_name", entry.name).partition(",")[0] if entry else iso3


def mode(text: str) -> str:
    """The transport mode of that name.

    Raises:
        InputError: no such mode; the message lists the modes.
    """
    return one_of(text, MODES, "transport mode")


def one_of(text: str, allowed: Iterable[str], what: str) -> str:
    """``text`` as spelt in ``allowed``, case ignored.

    Raises:
        InputError: it is not among them; the message names the nearest and lists all when they are few.
    """
    options = list(allowed)
    for option in options:
        if option.casefold() == text.strip().casefold():
            return option
    listed = f" Allowed: {', '.join(options)}." if len(options) <= 40 else ""
    raise InputError(f'No {what} called "{text}".{did_you_mean(text, options)}{listed}')
