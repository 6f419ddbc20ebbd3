# ruff: noqa: E501 - one line a language
from __future__ import annotations

import csv
import io

import pytest

from imports.engine.readers.encoding import repair_twice

TEXTS = {
    "German": "Vorname;Nachname;E-Mail;Straße\r\nJürgen;Weiß;j@example.com;Königstraße 12\r\nZoë;Grünwald;z@example.com;„Eck“ – 3\r\n",
    "French": "Prénom;Nom;E-mail;Ville\r\nHélène;Lefèvre;h@example.com;Besançon\r\nZoé;Garçon;z@example.com;Nîmes\r\n",
    "Danish": "Fornavn;Efternavn;E-mail;By\r\nSøren;Kjær;s@example.com;Århus\r\nÅse;Bjørn;a@example.com;Tromsø\r\n",
    "Spanish": "Nombre;Apellido;Correo\r\nÍñigo;Peñalver;i@example.com\r\nRocío;Núñez;r@example.com\r\n",
    "Polish": "Imię;Nazwisko;E-mail;Miasto\r\nMałgorzata;Wiśniewska;m@example.com;Łódź\r\nŁukasz;Żak;l@example.com;Kraków\r\n",
    "Czech": "Jméno;Příjmení;E-mail\r\nŽofie;Dvořáková;z@example.com\r\nJiří;Novák;j@example.com\r\n",
    "Hungarian": "Név;Cím;E-mail\r\nKovács Győző;Fő utca 3, Győr;k@example.com\r\nTóth Ödön;Szűcs út 1;t@example.com\r\n",
    "Romanian": "Nume;Prenume;E-mail\r\nŞtefan;Ţepeş;s@example.com\r\nIoană;Brânză;i@example.com\r\n",
    "Turkish": "Ad;Soyad;E-posta;Şehir\r\nGülşen;Yıldırım;g@example.com;İstanbul\r\nÇağla;Şahin;c@example.com;Muğla\r\n",
    "Lithuanian": "Vardas;Pavardė;El. paštas\r\nŽydrūnas;Šimkus;z@example.com\r\nEglė;Čekauskaitė;e@example.com\r\n",
    "Russian": "Имя,Фамилия,Почта\r\nОльга,Крылова,o@example.com\r\nТимур,Сафин,t@example.com\r\n",
    "Ukrainian": "Ім'я,Прізвище,Пошта\r\nОксана,Шевчук,o@example.com\r\nЇлія,Бондаренко,y@example.com\r\n",
    "Greek": "Όνομα;Επώνυμο;Email\r\nΕλένη;Παπαδοπούλου;e@example.com\r\nΚώστας;Γεωργίου;k@example.com\r\n",
    "Hebrew": "שם,משפחה,אימייל\r\nנועה,לוי,n@example.com\r\nאיתן,כהן,e@example.com\r\n",
    "Arabic": "الاسم,العائلة,البريد\r\nليلى,الحداد,l@example.com\r\nعمر,منصور,o@example.com\r\n",
    "Thai": "ชื่อ,นามสกุล,อีเมล\r\nสมชาย,ใจดี,s@example.com\r\n",
    "Japanese": "氏名,会社名,メール\r\n高橋 美咲,株式会社みどり商事,t@example.com\r\n能登 ソラ,表示堂,n@example.com\r\n",
    "Chinese": "姓名,公司,邮箱\r\n陈晓梅,北京晨光科技有限公司,c@example.com\r\n欧阳志强,上海外贸,o@example.com\r\n",
    "Taiwanese": "姓名,公司,電子郵件\r\n陳曉梅,臺北晨光科技有限公司,c@example.com\r\n歐陽志強,高雄貿易,o@example.com\r\n",
    "Korean": "이름,회사,이메일\r\n김민서,한빛물산,k@example.com\r\n박도현,서울상사,p@example.com\r\n",
}  # fmt: skip


def cells(text):
    delimiter = ";" if ";" in text else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("German", "cp1252"),
        ("French", "cp1252"),
        ("French", "cp850"),
        ("French", "mac-roman"),
        ("Danish", "cp1252"),
        ("Spanish", "cp1252"),
        ("Polish", "cp1250"),
        ("Polish", "iso8859-2"),
        ("Polish", "cp852"),
        ("Czech", "cp1250"),
        ("Hungarian", "cp1250"),
        ("Romanian", "cp1250"),
        ("Turkish", "cp1254"),
        ("Lithuanian", "cp1257"),
        ("Russian", "cp1251"),
        ("Russian", "koi8-r"),
        ("Russian", "cp866"),
        ("Russian", "iso8859-5"),
        ("Ukrainian", "cp1251"),
        ("Greek", "cp1253"),
        ("Hebrew", "cp1255"),
        ("Arabic", "cp1256"),
        ("Thai", "cp874"),
        ("Japanese", "cp932"),
        ("Japanese", "euc-jp"),
        ("Chinese", "gb18030"),
        ("Taiwanese", "big5"),
        ("Korean", "cp949"),
        ("Russian", "utf-16-le"),
        ("Japanese", "utf-16-be"),
        ("Chinese", "utf-16"),
        ("German", "utf-8-sig"),
        ("German", "utf-32"),
    ],
)
def test_the_encoding_is_found(read, language, encoding):
    found = read(TEXTS[language].encode(encoding))

    assert [found.headers, *found.cells] == cells(TEXTS[language])
    assert found.summary.file_info["encoding"] == encoding.removesuffix("-sig")
    assert found.warnings == {}


@pytest.mark.parametrize("name", ["Jürgen", "Søren", "René", "Nuñez"])
def test_one_letter_is_enough_for_windows_1252(read, name):
    assert read(f"Name,Email\n{name},a@example.com\n".encode("cp1252")).cells == [[name, "a@example.com"]]


def test_one_letter_far_down_counts(read):
    rows = "".join(f"Ana,a{i}@example.com\n" for i in range(100_000))

    found = read(f"Name,Email\n{rows}Jürgen,j@example.com\n".encode("cp1252"))

    assert found.cells[-1] == ["Jürgen", "j@example.com"]
    assert found.summary.file_info["encoding"] == "cp1252"


def test_two_readings_that_are_nearly_as_likely_are_asked_about(read):
    assert "doubtful_encoding" in read("Name,Email\nWałęsa,a@example.com\n".encode("cp1250")).warnings


def test_characters_that_were_written_in_halves_are_joined(read):
    text = "Name,Email\nAna \ud83c\udf37 Müller,ana@example.com\nBo,bo@example.com\n"

    found = read(text.encode("utf-8", "surrogatepass"))

    assert found.cells == [["Ana 🌷 Müller", "ana@example.com"], ["Bo", "bo@example.com"]]
    assert (found.summary.file_info["encoding"], found.warnings) == ("utf-8", {})


def test_mixed_encodings_are_asked_about(read):
    text = "Name,Email\nJürgen,j@example.com\nZoë,z@example.com\n".encode() + "Hélène,h@example.com\n".encode("cp1252")

    found = read(text)

    assert [name for name, _ in found.cells] == ["Jürgen", "Zoë", "Hélène"]
    assert found.warnings == {"mixed_encoding": (4, True)}


def test_a_mark_of_utf_8_before_something_else_is_asked_about(read):
    found = read(b"\xef\xbb\xbf" + "Name,Email\nRené,r@example.com\n".encode("cp1252"))

    assert (found.headers[0], found.cells[0][0]) == ("Name", "René")
    assert found.warnings == {"mixed_encoding": (2, True)}


def test_text_that_was_encoded_twice_is_put_right_and_asked_about(read):
    once = "Name,Stadt\nJürgen Weiß,Köln – Süd\nÁgnes,Pécs\n".encode()
    twice = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in once).encode()

    found = read(twice)

    assert found.cells == [["Jürgen Weiß", "Köln – Süd"], ["Ágnes", "Pécs"]]
    assert found.warnings == {"encoded_twice": (None, True)}
    assert read(twice, encoding="utf-8").cells[0][0] == "JÃ¼rgen WeiÃŸ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("CAFÃ‰", "CAFÉ"), ("ÐœÐ°Ñ\x80Ð¸Ñ\x8f", "Мария"), ("Ãœ", "Ü"), ("Ã", "Ã"), ("“é”", "“é”")],
)
def test_repair_twice(text, expected):
    assert repair_twice(text) == expected


def test_a_quotation_mark_after_a_capital_is_no_sign_of_text_encoded_twice(read):
    # The two are also the bytes of “ɻ”, which no name has.
    assert read("Name,Email\n«CAFÉ»,a@example.com\n").cells == [["«CAFÉ»", "a@example.com"]]


def test_characters_that_were_lost_before_are_asked_about(read):
    assert read("Name,Email\nJ\ufffdrgen,a@example.com\n").warnings == {"undecodable_characters": (2, True)}


def test_a_chosen_encoding_wins(read):
    content = "Name,Email\nÊàòÿ,a@example.com\n".encode("cp1252")

    assert read(content, encoding="windows-1251").cells[0][0] == "Катя"
    assert read(content, encoding="utf-8").warnings["undecodable_characters"] == (2, True)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "\x00"])
def test_an_unknown_encoding_is_refused(refusal, encoding):
    assert refusal("Name,Email\nA,a@example.com\n", encoding=encoding) == "unknown_encoding"
