"""Guesses the encoding of text that is not Unicode, by how likely each reading is in the languages written with it.

For every encoding and language the text gets a likelihood: letters that the language uses often are cheap, rare ones
dear, and what no language does (a capital inside a word, Cyrillic beside Latin letters) costs extra. The best wins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

# Letters outside ASCII that a language uses, the most frequent first.
LETTERS = {
    "German": "üäößé",
    "French": "éèàêçôâîùûïëœ",
    "Spanish": "óíáéñúü¿¡ºª",
    "Portuguese": "ãçáéóíêõúâàô",
    "Italian": "àèìòùé",
    "Swedish": "äåöé",
    "Danish": "øåæé",
    "Dutch": "ëéïöü",
    "Icelandic": "áíðóéöþúæý",
    "Catalan": "àéèíóòçïúü·",
    "western": "éüäöáíóñçèãåøàêâúßôëïæîõòûùìýœðþÿšž",
    "Polish": "łóążęśćńź",
    "Czech": "íáéěřčýžšůúňťďó",
    "Slovak": "áíčéšýžťúôľňďäĺŕó",
    "Hungarian": "áéöóüőíúű",
    "Romanian": "ăîâşţ",
    "Croatian": "čšžćđ",
    "central": "áéíóöüčšžłąęśćńýěřůúűőťďňôľăîâşţđżźäëç",
    "Turkish": "ışüğöçİâî",
    "Lithuanian": "ėšąįųžūčę",
    "Latvian": "āīēšūļņķģžč",
    "Estonian": "äõüöšž",
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оанивітеркслдумпяьзгбчйєхжюцїшщфґ",
    "Bulgarian": "аиоентрсвлкдпмзъгбчуяйшхцжщюфь",
    "Serbian": "аоиенрсјтуквдмлпгзбшчцћњжљђхфџ",
    "Greek": "αοιετσνηυρπκμλςωδγχθάίόέφήύώβξζψϊΐϋ",
    "Hebrew": "יוהלארתבשמנעדקפחטגצכזםןסףךץ",
    "Arabic": "الينموترعبدسفهقكةحجشطصخىأضذثئزغظءإؤآ",
    "Persian": "اینردمهوتبسشلکگفزخعقحپچجطصغژضذثظئآي",
    "Thai": "านรอกเงมยลวดทสตะปบคหแจพชขใไโผถซธศณภฟษญุู่้ัีิ์ึื็ํฉฒฐ",
    "Vietnamese": "\u0301\u0300\u0323ưâêđô\u0309\u0303ăơ",
}
WESTERN = ("German", "French", "Spanish", "Portuguese", "Italian", "Swedish", "Danish", "Dutch", "Icelandic", "Catalan")
CENTRAL = ("Polish", "Czech", "Slovak", "Hungarian", "Romanian", "Croatian", "central", "German")
# Encoding → (languages, how much less likely than windows-1252 before a byte is seen). What Windows writes comes before
# what DOS, old Macs and Unix wrote; of two encodings that read the text alike, the first is named.
SINGLE_BYTE: dict[str, tuple[tuple[str, ...], float]] = {
    "cp1252": ((*WESTERN, "western"), 0.0),
    "cp1250": (CENTRAL, 1.5),
    "cp1251": (("Russian", "Ukrainian", "Bulgarian", "Serbian"), 1.0),
    "cp1253": (("Greek",), 1.0),
    "cp1254": (("Turkish",), 1.5),
    "cp1255": (("Hebrew",), 1.0),
    "cp1256": (("Arabic", "Persian"), 1.0),
    "cp1257": (("Lithuanian", "Latvian", "Estonian"), 1.5),
    "cp1258": (("Vietnamese",), 1.5),
    "cp874": (("Thai",), 1.0),
    "koi8-r": (("Russian",), 2.0),
    "koi8-u": (("Ukrainian",), 2.0),
    "iso8859-2": (CENTRAL, 3.0),
    "iso8859-5": (("Russian", "Bulgarian", "Serbian"), 3.0),
    "cp866": (("Russian", "Bulgarian"), 3.0),
    "cp850": ((*WESTERN, "western"), 3.0),
    "cp852": (CENTRAL, 3.5),
    "cp737": (("Greek",), 3.5),
    "cp857": (("Turkish",), 3.5),
    "mac-roman": ((*WESTERN, "western"), 3.0),
    "iso8859-15": ((*WESTERN, "Estonian", "western"), 3.0),
    "iso8859-4": (("Lithuanian", "Latvian", "Estonian"), 3.5),
    "iso8859-6": (("Arabic",), 3.0),
    "iso8859-7": (("Greek",), 3.0),
    "mac-cyrillic": (("Russian", "Ukrainian", "Bulgarian", "Serbian"), 3.5),
    "mac-latin2": (CENTRAL, 4.0),
    "mac-greek": (("Greek",), 4.0),
    "mac-turkish": (("Turkish",), 4.0),
}
PUNCTUATION = frozenset("“”‘’„‚–—…•€£§°«»©®™´·№\u00a0\u200e\u200f،؛؟")
# Costs in nats. Cheaper than the rarest letter is only what is common; a sign that no text needs costs STRANGE.
ASCII = -math.log(1 / 64)
COMMON_SIGN = 6.0
STRANGE = 12.0
BROKEN = 20.0
CAPITAL_INSIDE_WORD = 3.0
ACCENTS_IN_A_ROW = 3.0
SCRIPTS_MIXED = 4.0
# A text of which another reading is nearly as likely is doubtful.
DOUBTFUL_MARGIN = 2.5
SAMPLE_BYTES = 16_000


@dataclass(frozen=True, slots=True)
class Guess:
    """The encoding that a text is most likely in."""

    encoding: str
    rival: str | None  # another that reads the text differently and is nearly as likely
    is_single_byte: bool


def guess_legacy(lines: Sequence[bytes]) -> Guess:
    """Return the most likely encoding of lines that are not UTF-8."""
    sample = b"\n".join(lines)[:SAMPLE_BYTES]
    readings = []
    for encoding, (languages, prior) in SINGLE_BYTE.items():
        text = sample.decode(encoding, "replace")
        cost = min(_alphabetic_cost(text, language) for language in languages)
        readings.append((cost + prior, encoding, text, True))
    for encoding, (cost_of, prior) in MULTI_BYTE.items():
        text = sample.decode(encoding, "replace")
        readings.append((sum(map(cost_of, text)) + prior, encoding, text, False))
    # Stable: of readings that cost the same, the first in the table.
    readings.sort(key=lambda reading: reading[0])
    cost, encoding, text, is_single_byte = readings[0]
    rival = next((reading for reading in readings if reading[2] != text), None)
    is_doubtful = rival is not None and rival[0] - cost < DOUBTFUL_MARGIN
    return Guess(encoding, rival[1] if rival and is_doubtful else None, is_single_byte)


@cache
def is_common(character: str) -> bool:
    """Say whether a character outside ASCII is one that texts really have."""
    if any(character.lower() in letters for letters in LETTERS.values()) or character in PUNCTUATION:
        return True
    return any(cost_of(character) < STRANGE for cost_of, _ in MULTI_BYTE.values())


@cache
def _letter_costs(language: str) -> dict[str, float]:
    letters = LETTERS[language]
    weights = [math.exp(-3 * rank / len(letters)) for rank in range(len(letters))]
    total = sum(weights)
    costs = dict.fromkeys(PUNCTUATION, COMMON_SIGN)
    for letter, weight in zip(letters, weights, strict=True):
        costs[letter] = -math.log(0.8 * weight / total)
        if letter.upper() != letter and len(letter.upper()) == 1:
            costs[letter.upper()] = -math.log(0.2 * weight / total)
    return costs


def _alphabetic_cost(text: str, language: str) -> float:
    costs = _letter_costs(language)
    is_latin = LETTERS[language][0].lower() in LETTERS["western"] + LETTERS["central"] + "ıėā"
    cost = 0.0
    before = " "
    for character in text:
        if character < "\x80":
            cost += ASCII
            if not is_latin and character.isalpha() and before >= "\x80" and before.isalpha():
                cost += SCRIPTS_MIXED
        else:
            cost += costs.get(character) or _unexpected_cost(character)
            if character.isalpha() and before.isalpha():
                if character.isupper() and before.islower():
                    cost += CAPITAL_INSIDE_WORD
                if is_latin and before >= "\x80":
                    cost += ACCENTS_IN_A_ROW
                if not is_latin and before < "\x80" and language != "Vietnamese":
                    cost += SCRIPTS_MIXED
        before = character
    return cost


def _unexpected_cost(character: str) -> float:
    if character == "\ufffd" or "\x80" <= character < "\xa0" or "\ue000" <= character <= "\uf8ff":
        return BROKEN
    return STRANGE


# Characters that names, companies and addresses are written with most; they tell one reading of two bytes from another.
JAPANESE = frozenset(
    "一二三四五六七八九十田山本中村小林加藤佐々木高橋渡辺邉辺伊斎斉清水井上吉原池松石崎長谷川野島岡後前近遠森阿部青福西東南北大太平"
    "藤内宮城熊金新古久保和岩竹菊今市杉千葉桜増坂酒丸河浅関武荒三好片永安横谷沢澤浜濱秋冬春夏郎子美恵由紀智真直健一浩明正幸弘"
    "裕隆洋介樹翔陽菜咲愛香奈央里沙代江枝穂花葵結衣莉蓮湊悠斗優希司誠茂勇博清孝雄夫之男治昭和彦史貴光輝剛徹学哲姓名氏住所電話番号会"
    "社株式有限商事工業産電機建設不動銀行都道府県区町丁目東京阪神戸横浜役職部課係担当備考郵便生年月日性別客顧様先"
)
SIMPLIFIED = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金"
    "邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲国华建志"
    "红梅小大春海燕鹏飞雪婷欣怡佳宇浩然子轩梓涵姓名公司邮箱电话手机地址城市省市区县路街号有限责任股份科技贸易电子信息网络实业集团北京上海"
    "广州深圳天津重庆成都杭州南京武汉西安苏州部门职位备注客户联系人生日性别国家"
)
TRADITIONAL = frozenset(
    "王李張劉陳楊黃趙周吳徐孫朱馬胡郭林何高梁鄭羅宋謝唐韓曹許鄧蕭馮曾程蔡彭潘袁于董余蘇葉呂魏蔣田杜丁沈姜范江傅鍾盧汪戴崔任陸廖姚方金"
    "邱夏譚賴詹游洪莊簡偉芳娜秀英敏靜麗強磊軍勇艷傑娟濤明超蘭霞平剛桂文輝玲國華建志紅梅小大春海燕美惠雅婷怡君淑芬家豪俊宏雅雯佳"
    "穎詩涵宗翰冠宇承恩姓名公司電郵子話手機地址城市縣區路街號巷樓段有限責任股份科技貿易電訊網路實業集團台臺北高雄中南香港九龍新竹桃園際灣部"
    "門職位備註客戶聯絡人生日性別國家"
)
KOREAN = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유홍전고문손양배백허남심노하곽성차주우구민진지현수준영희은경미선재호훈상철기태동원석혜연아"
    "인보람빈나라윤서하도시예채승규찬형이름성회사메일전화번호주소직책부서비고휴대폰주식한국서울부산대구인천광주대전울산경기도시군구동로길전자무역물류건설"
    "산업기술"
)
FAMILIAR = 2.2  # nats less than other characters of its class


@cache
def _japanese_cost(character: str) -> float:
    return _character_cost(character) - (FAMILIAR if character in JAPANESE else 0.0)


def _character_cost(character: str) -> float:
    if character < "\x80":
        return ASCII
    if "\u3041" <= character <= "\u30ff":
        return 6.0
    if "\u3000" <= character <= "\u3020" or "\uff01" <= character <= "\uff5e":
        return 6.5
    if "\uff61" <= character <= "\uff9f":
        return 9.0
    if "\u4e00" <= character <= "\u9fff":
        # The first 2,965 characters of JIS X 0208 are those in daily use; EUC-JP shows them by the first byte.
        first = character.encode("euc-jp", "replace")[0]
        return 8.7 if 0xB0 <= first <= 0xCF else 14.0
    return _unexpected_cost(character)


def _double_byte_cost(
    codec: str, common: tuple[int, int], rare: tuple[int, int], cheap: float, familiar: frozenset[str]
) -> Callable[[str], float]:
    """Return the cost of characters where the first byte tells the common ones from the rare ones."""

    @cache
    def cost(character: str) -> float:
        if character < "\x80":
            return ASCII
        if character in familiar:
            return cheap - FAMILIAR
        raw = character.encode(codec, "replace")
        if len(raw) == 2 and character != "\ufffd":
            if common[0] <= raw[0] <= common[1] and (codec == "big5" or raw[1] >= 0xA1):
                return cheap
            if character in PUNCTUATION or "\u3000" <= character <= "\u3020" or "\uff01" <= character <= "\uff5e":
                return 7.0
            if rare[0] <= raw[0] <= rare[1] and (codec == "big5" or raw[1] >= 0xA1):
                return 13.0
            return 15.0
        return BROKEN

    return cost


# Encoding → (cost of a character, how much less likely before a byte is seen).
MULTI_BYTE: dict[str, tuple[Callable[[str], float], float]] = {
    "cp932": (_japanese_cost, 1.0),
    "gb18030": (_double_byte_cost("gb18030", (0xB0, 0xD7), (0xD8, 0xF7), 8.2, SIMPLIFIED), 1.0),
    "big5": (_double_byte_cost("big5", (0xA4, 0xC6), (0xC9, 0xF9), 8.6, TRADITIONAL), 1.0),
    "cp949": (_double_byte_cost("cp949", (0xB0, 0xC8), (0xCA, 0xFD), 7.8, KOREAN), 1.0),
    "euc-jp": (_japanese_cost, 2.0),
}
