"""Dates, as ISO 8601 text ("1986-03-14")."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_line, is_placeholder, quoted

__all__ = ["DATE_ORDERS", "normalize_date"]

DATE_ORDERS = ("dmy", "mdy", "ymd")

_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
# What databases write for a date that is not known: of MySQL, of spreadsheets' day 0, of .NET.
_NO_DATE = re.compile(r"0000-00-00|00[-/.]00[-/.](?:0000|00)|1900-01-00|0001-01-01|0?1[-/.]0?1[-/.]0001")
_WITHOUT_YEAR = re.compile(r"--[0-9]{2}-?[0-9]{2}|[0-9]{1,2}\.\s?[0-9]{1,2}\.")
_ZONE = re.compile(r"(?<=[0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:?[0-9]{2})$")
# Nobody whom we import lived in other years: 1403 and 2567 are of other calendars.
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
# The eras of Japan, and the year before their first.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA_YEAR = re.compile(rf"({'|'.join(_ERAS)})\s?([0-9]{{1,2}}|元)(?=\s?年)")
_DAY_WORD_YEAR = re.compile(r"([0-9]{1,2})([^\W\d_]{3,})([0-9]{4}|[0-9]{2})")
_TIME = re.compile(r"(?:T|,?\s+(?:at\s+|um\s+|à\s+)?)[0-9]{1,2}[:.h][0-9]{2}\b.*$", re.IGNORECASE)
_DIGITS_ONLY = re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_SERIAL = re.compile(r"(?P<days>[1-9][0-9]{4})(?:[.,][0-9]+)?")
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})\s?[-./\s年년]\s?(?P<month>[0-9]{1,2})\s?[-./\s月월]\s?(?P<day>[0-9]{1,2})\s?[.日일]?"
)
_THREE_NUMBERS = re.compile(
    r"(?P<first>[0-9]{1,2})\s?(?P<mark>[-./\s])\s?(?P<second>[0-9]{1,2})\s?(?P=mark)\s?(?P<third>[0-9]{4}|[0-9]{2})\.?"
)
_WEEKDAY = re.compile(r"^[^\W\d_]+\.?,\s*")
_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f\u0900-\u097f]*")
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,4}(?![0-9])")

# Day 60 of Excel's calendar is the 29th of February 1900, which never was: from day 61 on, counting from here is right.
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_CENTURY_TURNS = 30  # two-digit years below are 20xx, as in Excel

# The months in thirty languages, short and long, without case and accents. Words that mean different months in two
# languages ("listopad": October in Croatian, November in Polish) are left out.
_MONTH_WORDS = (
    "january jan januar janvier janv enero ene gennaio gen janeiro januari stycznia sty styczen tammikuuta tammi "
    "tammikuu ledna led leden januara ianuarie ian януари яну sijecnja sij sijecanj ιανουαριου ιαν ιανουαριοσ "
    "ocak oca января янв январь січня січ січень ינואר ינו يناير जनवरी जन jaanuar jaan janvaris sausio saus "
    "sausis",
    "february feb februar fevrier fevr febrero febbraio fevereiro fev februari lutego lut luty helmikuuta helmi "
    "helmikuu unora uno unor februara febr februarie февруари фев veljace velj veljaca φεβρουαριου φεβ "
    "φεβρουαριοσ subat sub февраля февр февраль лютого лют лютии פברואר פבר فبراير फ़रवरी फ़र veebruar veebr "
    "februaris vasario vas vasaris",
    "march mar marz mars marzo marco maart mrt marca marzec marts maaliskuuta maalis maaliskuu brezna bre brezen "
    "marec marcius marc martie март ozujka ozu ozujak μαρτιου μαρ μαρτιοσ mart марта мар березня бер березень מרץ "
    "مارس मार्च maret kovo kov kovas",
    "april apr avril avr abril abr aprile kwietnia kwi kwiecien huhtikuuta huhti huhtikuu dubna dub duben aprila "
    "aprilis aprilie април апр travnja tra travanj απριλιου απρ απριλιοσ nisan nis апреля апрель квітня квіт "
    "квітень אפריל אפר أبريل अप्रैल aprill balandzio bal balandis",
    "may mai mayo maggio mag maio mei maja maj toukokuuta touko toukokuu kvetna kve kveten majus маи svibnja svi "
    "svibanj μαιου μαι μαιοσ mayıs мая травня трав травень מאי مايو मई maijs geguzes geg geguze",
    "june jun juni juin junio giugno giu junho czerwca cze czerwiec kesakuuta kesa kesakuu cervna cvn cerven juna "
    "junius iunie iun юни lipnja lipanj junij ιουνιου ιουν ιουνιοσ haziran haz июня июн июнь червня черв червень "
    "יוני يونيو जून juuni junijs birzelio birz birzelis",
    "july jul juli juillet juil julio luglio lug julho lipca lipiec heinakuuta heina heinakuu cervence cvc "
    "cervenec jula julius iulie iul юли srpnja srpanj julij ιουλιου ιουλ ιουλιοσ temmuz tem июля июл июль липня "
    "лип липень יולי يوليو जुलाई जुल juuli julijs liepos liep liepa",
    "august aug aout agosto ago augustus sierpnia sie sierpien augusti elokuuta elo elokuu srpna srpen augusta "
    "augusztus август авг kolovoza kol kolovoz avgust avg αυγουστου αυγ αυγουστοσ agustos agu августа серпня серп "
    "серпень אוגוסט אוג أغسطس अगस्त अग agustus augusts rugpjucio rugp rugpjutis",
    "september sep sept septembre septiembre settembre set setembro wrzesnia wrz wrzesien syyskuuta syys syyskuu "
    "zari zar septembra szeptember szept septembrie септември сеп rujna ruj rujan σεπτεμβριου σεπ σεπτεμβριοσ "
    "eylul eyl сентября сент сентябрь вересня вер вересень ספטמבר ספט سبتمبر सितंबर सित septembris rugsejo rugs "
    "rugsejis сен сентябр",
    "october oct oktober okt octobre octubre ottobre ott outubro out pazdziernika paz pazdziernik lokakuuta loka "
    "lokakuu rijna rij rijen oktobra octombrie октомври окт οκτωβριου οκτ οκτωβριοσ ekim eki октября октябрь "
    "жовтня жовт жовтень אוקטובר אוק أكتوبر अक्टूबर अक्टू oktoober oktobris spalio spal spalis",
    "november nov novembre noviembre novembro marraskuuta marras marraskuu listopadu novembra noiembrie ноември "
    "ное studenoga stu studeni νοεμβριου νοε νοεμβριοσ kasım kas ноября нояб ноябрь листопада лист листопад "
    "נובמבר נוב نوفمبر नवंबर नव novembris lapkricio lapkr lapkritis",
    "december dec dezember dez decembre diciembre dic dicembre dezembro grudnia gru grudzien desember des "
    "joulukuuta joulu joulukuu prosince pro prosinec decembra decembrie декември дек prosinca prosinac δεκεμβριου "
    "δεκ δεκεμβριοσ aralık ara декабря декабрь грудня груд грудень דצמבר דצמ ديسمبر दिसंबर दिस detsember dets "
    "decembris gruodzio gruod gruodis",
)
_MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_BETWEEN = "st nd rd th er de del do da di of the den d le la el il o r v g г года р року a ta"
_WORDS_BETWEEN = frozenset(_BETWEEN.split())


def normalize_date(text: str, date_order: str | None = None) -> str:
    """Return the date as ISO 8601, or "" for an empty cell. A time of day is cut.

    `date_order` ("dmy", "mdy", "ymd") decides what "03/04/1986" means. Without it, only dates that have one reading are
    read: a wrong birthday is worse than a missing one. Numbers of five digits are Excel's days.

    Raises InvalidValue: "date_ambiguous", "date_without_year" or "date_invalid".
    """
    if len(text) == 10 and text[4] == text[7] == "-":  # what readers hand over, and most exports hold
        try:
            if _FIRST_YEAR <= date.fromisoformat(text).year <= _LAST_YEAR:
                return text
        except ValueError:
            pass  # "14-03-1986", or no date: looked at more closely
    cleaned = clean_line(unicodedata.normalize("NFKC", text))
    if not cleaned or is_placeholder(cleaned):
        return ""
    plain = _ERA_YEAR.sub(_year_of_era, _with_plain_digits(cleaned))
    if _NO_DATE.fullmatch(_TIME.sub("", plain)):
        return ""
    if _WITHOUT_YEAR.fullmatch(plain):
        raise InvalidValue("date_without_year", f"{quoted(cleaned)} is not a whole date. Enter it like 1986-03-14.")
    try:
        found = _read(_ZONE.sub("", _DAY_WORD_YEAR.sub(r"\1 \2 \3", plain)), date_order)
    except ValueError:  # the 30th of February
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidValue("date_invalid", f"{quoted(cleaned)} is not a date. Enter it like 1986-03-14.")
    return found.isoformat()


def _year_of_era(match: re.Match[str]) -> str:
    return str(_ERAS[match[1]] + (1 if match[2] == "元" else int(match[2])))


def _read(text: str, date_order: str | None) -> date | None:
    text = _TIME.sub("", text) if not text.isdecimal() else text
    if match := _ISO.fullmatch(text) or _DIGITS_ONLY.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := _SERIAL.fullmatch(text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(match["days"]))
    if match := _THREE_NUMBERS.fullmatch(text):
        return _three_numbers(match, text, date_order)
    return _with_month_word(text)


def _three_numbers(match: re.Match[str], text: str, date_order: str | None) -> date | None:
    if date_order is None and match["mark"] == ".":
        date_order = "dmy"  # nobody who writes full stops puts the month first
    if date_order is not None and (found := _in_order(match, date_order)):
        return found
    # The order does not fit this cell ("31/12/1986" in a column of mdy), or was not told: another may fit.
    readings = {found for order in DATE_ORDERS if (found := _in_order(match, order))}
    if len(readings) > 1:
        raise InvalidValue(
            "date_ambiguous",
            f"{quoted(text)} can be read in two ways. Choose the order of day and month, or enter it like 1986-03-14.",
        )
    return readings.pop() if readings else None


def _in_order(match: re.Match[str], order: str) -> date | None:
    """Return the date that three numbers make in this order, or None."""
    numbers = (match["first"], match["second"], match["third"])
    year, month, day = (numbers[order.index(part)] for part in "ymd")
    if len(day) == 4 or len(year) == 1:
        return None
    try:
        return date(_full_year(year), int(month), int(day))
    except ValueError:
        return None


def _with_month_word(text: str) -> date | None:
    """Return the date in "March 14, 1986" and "14 mars 1986", or None."""
    text = _WEEKDAY.sub("", text)
    words = [_fold(word) for word in _WORD.findall(text)]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    if len(months) != 1 or any(word not in _MONTHS and word not in _WORDS_BETWEEN for word in words):
        return None
    numbers = _NUMBER.findall(text)
    if len(numbers) == 1 or (len(numbers) == 2 and all(len(number) < 2 for number in numbers)):
        raise InvalidValue("date_without_year", f"{quoted(text)} is not a whole date. Enter it like 1986-03-14.")
    if len(numbers) != 2:
        return None
    day, year = reversed(numbers) if len(numbers[0]) == 4 else numbers
    return date(_full_year(year), months[0], int(day)) if len(year) in (2, 4) else None


def _full_year(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return int(year) + (2000 if int(year) < _CENTURY_TURNS else 1900)


def _with_plain_digits(text: str) -> str:
    """Return the text with Arabic, Hindi and other digits as 0–9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _fold(word: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", word.casefold())
        if not "\u0300" <= character <= "\u036f"
    )
