from __future__ import annotations

import pytest

from imports.engine.normalize.name import split_full_name


@pytest.mark.parametrize(
    ("text", "first_name", "last_name"),
    [
        ("", "", ""),
        ("Maya Hollister", "Maya", "Hollister"),
        ("Hollister, Maya", "Maya", "Hollister"),
        ("Hollister,", "Hollister", ""),
        ("Ida B. Wells", "Ida B.", "Wells"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("van 't Hof, Ruben", "Ruben", "van 't Hof"),
        ("Dr. Anna von der Heide", "Anna", "von der Heide"),
        ("Prof. Dr. med. Käthe Weiß", "Käthe", "Weiß"),
        ("O'Brien, Dr. Sean Jr.", "Sean", "O'Brien Jr."),
        ("MÜLLER Anna", "Anna", "MÜLLER"),
        ("JP Morgan", "JP", "Morgan"),
        ("Иванов Иван Иванович", "Иван Иванович", "Иванов"),
        ("علي بن صالح", "علي", "بن صالح"),
        ("高橋 美咲", "美咲", "高橋"),
        ("伊藤\u3000さくら", "さくら", "伊藤"),
        ("김민서", "민서", "김"),
        ("남궁민수", "민수", "남궁"),
        ("선우 은숙", "은숙", "선우"),
        ("歐陽 修", "修", "歐陽"),
        ("たかはし みさき", "みさき", "たかはし"),
        ("タカハシ ミサキ", "ミサキ", "タカハシ"),
        ("Smith, John, Jr.", "John", "Smith Jr."),
        ("John Smith III", "John", "Smith III"),
        ("Martin Luther King Jr.", "Martin Luther", "King Jr."),
        ("J. R. R. Tolkien", "J. R. R.", "Tolkien"),
        ("de la Cruz, Juan", "Juan", "de la Cruz"),
        ("Anna Maria von und zu Liechtenstein", "Anna Maria", "von und zu Liechtenstein"),
        ("Leonardo da Vinci", "Leonardo", "da Vinci"),
        ("Herr Dr. Max Mustermann", "Max", "Mustermann"),
        ("Mme Zoé Lefèvre", "Zoé", "Lefèvre"),
        ("Dott. Mario Rossi", "Mario", "Rossi"),
        ("Ing. Jan Novák", "Jan", "Novák"),
        ("Mary Anne Smith-Jones", "Mary Anne", "Smith-Jones"),
        ("Maya Hollister <maya@example.com>", "Maya", "Hollister"),
    ],
)
def test_a_full_name_is_split(text, first_name, last_name):
    assert split_full_name(text) == (first_name, last_name)


@pytest.mark.parametrize(
    "text",
    [
        "Madonna",
        "陈晓梅",
        "Mrs Smith",
        "Müller GmbH",
        "ООО Вектор",
        "株式会社みどり商事",
        "-",
        "欧阳修",
        "司马相如",
        "高橋美咲",
        "maya@example.com",
    ],
)
def test_what_cannot_be_split_safely_stays_whole(text):
    assert split_full_name(text) == (text, "")
