"""Text in the encodings of many languages, short as real first lines are: what is read is what was written."""

from __future__ import annotations

import unicodedata

import pytest

UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
# Language → (records, encodings that people write it in).
TEXTS = {
    "German": (
        [
            ["Vorname", "Nachname", "E-Mail", "Straße", "Ort"],
            ["Jürgen", "Weiß", "j@example.com", "Königstraße 12", "Köln"],
            ["Bärbel", "Groß", "b@example.com", "Äußere Gasse 3", "München"],
        ],
        ("cp1252", "iso8859-15", "iso8859-1", "mac-roman", "cp850", "cp1250"),
    ),
    "French": (
        [
            ["Prénom", "Nom", "Courriel", "Société"],
            ["Zoé", "Lefèvre", "z@example.com", "Boulangerie Crêpière"],
            ["François", "Noël", "f@example.com", "Élan & Cie"],
        ],
        ("cp1252", "iso8859-1", "mac-roman", "cp850"),
    ),
    "Spanish": (
        [
            ["Nombre", "Correo", "Compañía"],
            ["José Muñoz", "j@example.com", "Año Nuevo"],
            ["Íñigo Peña", "i@example.com", "Niños"],
        ],
        ("cp1252", "mac-roman"),
    ),
    "Portuguese": (
        [
            ["Nome", "E-mail", "Endereço"],
            ["João Gonçalves", "j@example.com", "Rua São João"],
            ["Conceição", "c@example.com", "Avenida Conceição"],
        ],
        ("cp1252", "mac-roman"),
    ),
    "Swedish": (
        [
            ["Förnamn", "Efternamn", "E-post"],
            ["Åsa", "Öberg", "a@example.com"],
            ["Bjoern", "Ängström", "b@example.com"],
        ],
        ("cp1252", "mac-roman"),
    ),
    "Polish": (
        [
            ["Imię", "Nazwisko", "E-mail", "Miasto"],
            ["Łukasz", "Wójcik", "l@example.com", "Kraków"],
            ["Małgorzata", "Dąbrowska", "m@example.com", "Łódź"],
            ["Grażyna", "Święcka", "g@example.com", "Gdańsk"],
        ],
        ("cp1250", "iso8859-2", "cp852"),
    ),
    "Czech": (
        [
            ["Jméno", "Příjmení", "E-mail", "Město"],
            ["Jiří", "Dvořák", "j@example.com", "Plzeň"],
            ["Žaneta", "Němcová", "z@example.com", "Ústí"],
            ["Tomáš", "Šťastný", "t@example.com", "Brno"],
        ],
        ("cp1250", "iso8859-2", "cp852"),
    ),
    "Hungarian": (
        [
            ["Név", "E-mail", "Város"],
            ["Kovács Győző", "k@example.com", "Győr"],
            ["Szűcs Ödön", "s@example.com", "Debrecen"],
            ["Tóth Erzsébet", "t@example.com", "Pécs"],
        ],
        ("cp1250", "iso8859-2"),
    ),
    "Romanian": (
        [["Prenume", "Nume", "E-mail"], ["Ştefan", "Ţepeş", "s@example.com"], ["Ioana", "Brâncuşi", "i@example.com"]],
        ("cp1250", "iso8859-2"),
    ),
    "Croatian": (
        [
            ["Ime", "Prezime", "E-pošta"],
            ["Željko", "Šimić", "z@example.com"],
            ["Đurđa", "Ćosić", "d@example.com"],
            ["Ivana", "Kovačević", "i@example.com"],
        ],
        ("cp1250", "iso8859-2"),
    ),
    "Russian": (
        [
            ["Имя", "Фамилия", "Почта", "Город"],
            ["Анна", "Кузнецова", "a@example.com", "Москва"],
            ["Пётр", "Щербаков", "p@example.com", "Санкт-Петербург"],
        ],
        ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
    ),
    "Ukrainian": (
        [
            ["Ім'я", "Прізвище", "Пошта"],
            ["Олексій", "Їжакевич", "o@example.com"],
            ["Єва", "Ґудзь", "e@example.com"],
            ["Наталія", "Шевченко", "n@example.com"],
        ],
        ("cp1251", "koi8-u"),
    ),
    "Greek": (
        [
            ["Όνομα", "Επώνυμο", "Email"],
            ["Γιώργος", "Παπαδόπουλος", "g@example.com"],
            ["Ελένη", "Αθανασίου", "e@example.com"],
            ["Άννα", "Ιωάννου", "a@example.com"],
        ],
        ("cp1253", "iso8859-7", "cp737"),
    ),
    "Turkish": (
        [
            ["Adı", "Soyadı", "E-posta", "Şehir"],
            ["Çağlar", "Öztürk", "c@example.com", "İstanbul"],
            ["Şule", "Yıldız", "s@example.com", "İzmir"],
            ["Gülşen", "Işık", "g@example.com", "Muğla"],
        ],
        ("cp1254", "iso8859-9", "cp857"),
    ),
    "Hebrew": (
        [["שם", "דואר", "עיר"], ["משה כהן", "m@example.com", "תל אביב"], ["שרה לוי", "s@example.com", "ירושלים"]],
        ("cp1255", "iso8859-8"),
    ),
    "Arabic": (
        [
            ["الاسم", "البريد", "المدينة"],
            ["محمد علي", "m@example.com", "القاهرة"],
            ["فاطمة حسن", "f@example.com", "الرياض"],
        ],
        ("cp1256", "iso8859-6"),
    ),
    "Lithuanian": (
        [
            ["Vardas", "Pavardė", "El. paštas"],
            ["Jonas", "Kazlauskas", "j@example.com"],
            ["Žydrūnė", "Šimkutė", "z@example.com"],
            ["Ąžuolas", "Čiurlionis", "a@example.com"],
        ],
        ("cp1257", "iso8859-13", "iso8859-4"),
    ),
    "Latvian": (
        [
            ["Vārds", "Uzvārds", "E-pasts"],
            ["Jānis", "Bērziņš", "j@example.com"],
            ["Līga", "Kļaviņa", "l@example.com"],
            ["Ģirts", "Šķēle", "g@example.com"],
        ],
        ("cp1257", "iso8859-13"),
    ),
    "Estonian": (
        [
            ["Eesnimi", "Perenimi", "E-post"],
            ["Jüri", "Õunapuu", "j@example.com"],
            ["Ülle", "Mägi", "u@example.com"],
            ["Tõnu", "Šmidt", "t@example.com"],
        ],
        ("cp1257", "iso8859-15", "cp1252"),
    ),
    "Vietnamese": (
        [
            ["Họ", "Tên", "Email"],
            ["Nguyễn", "Văn Đức", "n@example.com"],
            ["Trần", "Thị Hương", "t@example.com"],
            ["Lê", "Minh Tuấn", "l@example.com"],
        ],
        ("cp1258",),
    ),
    "Thai": (
        [["ชื่อ", "อีเมล", "เมือง"], ["สมชาย ใจดี", "s@example.com", "กรุงเทพ"], ["มาลี รักไทย", "m@example.com", "เชียงใหม่"]],
        ("cp874",),
    ),
    "Japanese": (
        [
            ["氏名", "会社名", "メール", "電話"],
            ["高橋 美咲", "株式会社みどり商事", "t@example.com", "03-1234-5678"],
            ["佐藤 健", "ソニー表計算", "s@example.com", "06-1234-5678"],
        ],
        ("cp932", "euc-jp", "shift_jis", "iso2022_jp"),
    ),
    "JapaneseKanji": (
        [
            ["姓", "名", "email"],
            ["高橋", "美咲", "t@example.com"],
            ["渡辺", "健一", "w@example.com"],
            ["山本", "裕子", "y@example.com"],
        ],
        ("cp932", "euc-jp"),
    ),
    "Chinese": (
        [
            ["姓名", "公司", "邮箱", "城市"],
            ["王小明", "北京科技有限公司", "w@example.com", "北京"],
            ["李娜", "上海贸易", "l@example.com", "上海"],
            ["张伟", "广州电子", "z@example.com", "广州"],
        ],
        ("gb18030", "gbk", "gb2312"),
    ),
    "Traditional": (
        [
            ["姓名", "公司", "電郵", "城市"],
            ["陳大文", "台灣科技股份有限公司", "c@example.com", "台北"],
            ["林美玲", "香港貿易", "l@example.com", "高雄"],
            ["黃志明", "國際電子", "h@example.com", "台中"],
        ],
        ("big5", "cp950", "big5hkscs"),
    ),
    "Korean": (
        [
            ["이름", "회사", "이메일"],
            ["김민수", "한국전자", "k@example.com"],
            ["박지영", "서울무역", "p@example.com"],
            ["이서준", "부산물류", "l@example.com"],
        ],
        ("cp949", "euc-kr"),
    ),
}
CASES = [(language, encoding) for language, (_, encodings) in TEXTS.items() for encoding in (*encodings, *UNICODE)]
TONES = "\u0300\u0301\u0303\u0309\u0323"


def encoded(text, encoding):
    """Return the text in an encoding. windows-1258 has letters and tones apart."""
    if encoding == "cp1258":
        text = "".join(map(_with_tone_apart, text))
    return text.encode(encoding)


def _with_tone_apart(letter):
    parts = unicodedata.normalize("NFD", letter)
    tone = "".join(part for part in parts if part in TONES)
    return unicodedata.normalize("NFC", parts.translate(dict.fromkeys(map(ord, tone)))) + tone


def composed(records):
    return [[unicodedata.normalize("NFC", cell) for cell in record] for record in records]


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_text_is_read_as_it_was_written(read, language, encoding):
    records, _ = TEXTS[language]
    for delimiter in ",;\t|":
        text = "".join(delimiter.join(record) + "\r\n" for record in records)
        try:
            content = encoded(text, encoding)
        except UnicodeEncodeError:
            pytest.skip(f"{encoding} has not all letters of this text")

        found = read(content)

        assert composed([found.headers, *found.cells]) == composed(records)
        assert found.summary.file_info["delimiter"] == delimiter


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "cp857", "iso8859-4"])
def test_what_may_be_another_encoding_is_asked_about(read, encoding):
    found = read("Förnamn,E-post\nÅsa,a@example.com\n".encode(encoding))

    assert found.headers == ["Förnamn", "E-post"] or found.warnings["doubtful_encoding"] == (None, True)


# Mixed encodings -----------------------------------------------------------------------------------------------------

GERMAN = "Name,Email\n" + "".join(f"Jürgen {number},j{number}@example.com\n" for number in range(5))
JAPANESE = "氏名,会社,Email\n" + "".join(f"高橋 美咲,株式会社みどり,t{number}@example.com\n" for number in range(4))


@pytest.mark.parametrize(
    ("content", "row", "cell"),
    [
        (GERMAN.encode() + "Zoë Müller,z@example.com\n".encode("cp1252"), 7, "Zoë Müller"),
        (GERMAN.encode() + "Анна Кузнецова,a@example.com\n".encode("cp1251"), 7, "Анна Кузнецова"),
        (GERMAN.encode() + "王小明,w@example.com\n".encode("gbk"), 7, "王小明"),
        (GERMAN.encode("utf-8-sig") + "Zoë,z@example.com\n".encode("cp1252"), 7, "Zoë"),
        (JAPANESE.encode() + "佐藤 健一,ソニー商事,s@example.com\n".encode("cp932"), 6, "佐藤 健一"),
        (GERMAN.encode() + "이서준,l@example.com\n".encode("cp949"), 7, "이서준"),
    ],
)
def test_a_line_in_another_encoding_is_read_and_said_by_its_row(read, content, row, cell):
    found = read(content)

    assert found.rows[-1][0] == row
    assert found.rows[-1][1][0] == cell
    assert found.warnings == {"mixed_encoding": (row, True)}
    assert "�" not in "".join(map("".join, found.cells))


def test_a_line_of_utf8_among_two_byte_text_is_read(read):
    found = read(JAPANESE.encode("cp932") + "佐藤 健一,ソニー商事,s@example.com\n".encode())

    assert [found.cells[0][0], found.cells[-1][0]] == ["高橋 美咲", "佐藤 健一"]
    assert found.warnings == {"mixed_encoding": (1, True)}


def test_the_row_of_a_mixed_line_counts_records_not_lines(read):
    text = 'Name,Note,Email\nJürgen,"two\nlines",j@example.com\nÜte,x,u@example.com\n'

    found = read(text.encode() + "Zoë,x,z@example.com\n".encode("cp1252"))

    assert (found.rows[-1][0], found.warnings) == (4, {"mixed_encoding": (4, True)})


# Text that was encoded twice -----------------------------------------------------------------------------------------


def twice(text, codec="latin-1", times=1):
    for _ in range(times):
        text = text.encode().decode(codec)
    return text


@pytest.mark.parametrize(
    "content",
    [
        twice(GERMAN),
        twice(GERMAN, "cp1252"),
        twice(GERMAN, times=2),
        twice(GERMAN, "cp1250"),
        twice(GERMAN, "mac-roman"),
        "Name,Email\nAna,a@example.com\n" + twice("Zoë Müller,z@example.com\n"),
        twice("Имя,Email\nАнна,a@example.com\nПётр,p@example.com\n"),
        twice(JAPANESE),
    ],
)
def test_text_that_was_encoded_twice_is_put_right_and_said_with_an_example(read, content):
    found = read(content)

    plain = "".join(map("".join, [found.headers, *found.cells]))
    assert not set("ÃÐÂ√Ă") & set(plain)
    assert found.warnings == {"encoded_twice": (None, True)}
    assert "was read as “" in found.summary.warnings[0].message


def test_a_row_that_may_be_encoded_twice_is_left_as_it_is_and_said(read):
    found = read(GERMAN + twice("Zoë Müller,z@example.com\n"))

    assert found.cells[-1][0] == "ZoÃ« MÃ¼ller"
    assert found.warnings == {"encoded_twice": (7, True)}
    assert "“ZoÃ« MÃ¼ller” would be “Zoë Müller”" in found.summary.warnings[0].message


@pytest.mark.parametrize("name", ["Ãngela", "João Ângelo", "Âme", "Ærø", "Þór", "Naïve “Café”", "Рита", "Ďuriš"])
def test_real_names_are_never_changed(read, name):
    found = read(f"Name,Email\n{name},a@example.com\n")

    assert (found.cells, found.warnings) == ([[name, "a@example.com"]], {})


def test_a_mark_in_the_middle_of_files_put_together_is_taken_out(read):
    found = read("\ufeffName,Email\nAna,a@example.com\n\ufeffName,Email\nBen,b@example.com\n")

    assert found.rows == [(2, ["Ana", "a@example.com"]), (4, ["Ben", "b@example.com"])]
    assert found.warnings == {"control_characters": (3, False), "repeated_header": (3, False)}
