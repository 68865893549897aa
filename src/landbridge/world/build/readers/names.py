"""Countries and industries as sources write them, brought to the labels of a world; what is unknown is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from landbridge.errors import DataError, InputError, did_you_mean
from landbridge.labels import country

# Codes of statistical offices that ISO 3166 does not have. OECD splits China and Mexico by kind of firm in its extended
# tables: CN1, CN2 ... are added up. Of BACI: "Other Asia, nes" (S19) is nearly all Taiwan; the customs union of
# southern Africa until 1999 (ZA1) and Serbia and Montenegro until 2005 (SCG) go to their largest members; EFTA, nes
# (R20), the Netherlands Antilles and small islands of the United States to the rest of the world.
_ALIASES = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "S19": "TWN", "ZA1": "ZAF", "SCG": "SRB"}
_ALIASES |= dict.fromkeys(("R20", "ANT", "PUS"), "ROW")
_PARTS = {"CN": "CHN", "MX": "MEX"}

MOST_SHOWN = 10


def iso3(text: str) -> str:
    """The ISO3 code of a country as a source writes it.

    Raises:
        InputError: nothing matches.
    """
    code = text.strip()
    if code[:-1] in _PARTS and code[-1:].isdigit():
        return _PARTS[code[:-1]]
    return _ALIASES.get(code) or country(code)


def economies(texts: Iterable[str], where: str) -> dict[str, str]:
    """ISO3 code of each spelling.

    Raises:
        DataError: naming every spelling that is no country, with the nearest names.
    """
    found, unknown = {}, []
    for text in dict.fromkeys(texts):
        try:
            found[text] = iso3(text)
        except InputError as error:
            unknown.append(str(error))
    refuse(where, unknown)
    return found


def sectors(codes: Iterable[str], known: Mapping[str, str], where: str) -> dict[str, str]:
    """Our sector of each industry code.

    Raises:
        DataError: naming every code that the table of industries lacks, with the nearest ones.
    """
    codes = dict.fromkeys(codes)
    refuse(where, [f'No industry called "{code}".{did_you_mean(code, known)}' for code in codes if code not in known])
    return {code: known[code] for code in codes}


def refuse(where: str, complaints: list[str]) -> None:
    """Raise all complaints of a file at once, a line each; nothing when there is none.

    Raises:
        DataError: there are complaints.
    """
    if complaints:
        shown = [f"{where}: {said}" for said in complaints[:MOST_SHOWN]]
        if len(complaints) > MOST_SHOWN:
            shown.append(f"{where}: and {len(complaints) - MOST_SHOWN} more.")
        raise DataError("\n".join(shown))
