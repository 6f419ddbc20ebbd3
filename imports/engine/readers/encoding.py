"""Finds out which encoding the bytes of a text file are in, by looking at all of them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.readers.legacy import Guess, guess_legacy, is_common
from imports.engine.readers.line_codec import HALVES, line_by_line
from imports.engine.readers.source import SourceWarning

BLOCK_BYTES = 1024 * 1024
# Lines with bytes outside ASCII that are kept to judge by.
SAMPLE_LINES = 2_000
SAMPLE_LINE_BYTES = 2_000
# This share of such lines is valid UTF-8 in a file that mixes it with an East Asian encoding; fewer are accidents.
MIXED_SHARE = 0.3
UTF8_WITH_MARK = "utf-8-sig"
# Longest first: the mark of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, UTF8_WITH_MARK),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NO_FILE_ENCODINGS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"))
# Japanese mail: escape signs switch between ASCII and two bytes a character.
ISO_2022_JP = re.compile(rb"\x1b\$[@B]")
CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
C1_CONTROL = re.compile(b"\xc2[\x80-\x9f]")
UNDECODABLE = "\ufffd".encode()
# It and the mark begin with a byte that is rare, and found ten times faster than they are.
MARK_BEGINNING = codecs.BOM_UTF8[:1]
# What imports/engine/formulas.py makes of formulas, by its first bytes; a few more do no harm.
ESCAPED_FORMULA = re.compile("'(?:[=+\\-@\t\r\n'＝])".encode().replace("＝".encode(), b"\xef"))
# Two patterns that begin with a fixed text are found ten times faster than one with a choice of letters.
POWERS_OF_TEN = (re.compile(rb"E\+\d"), re.compile(rb"e\+\d"))
# What UTF-8 is taken for by programs that encode text twice, and how often they do it.
TAKEN_FOR = ("cp1252", "cp1250", "cp1251", "mac-roman")
TIMES_MAX = 3
# The others are rare: so many lines are looked at.
RARELY_LINES = 200
BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
WORD = re.compile(r"[^\s,;|\"]*[^\x00-\x7f][^\s,;|\"]*")
# UTF-8 that was taken for windows-1252 and encoded once more: “Ã¼” for “ü”.
TWICE = re.compile("[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}")


@dataclass(frozen=True, slots=True)
class EncodedTwice:
    """Whether text was encoded twice: UTF-8 that was taken for another encoding, and encoded once more."""

    codec: str = ""  # what the UTF-8 was taken for; "" if nothing looks so
    is_everywhere: bool = False  # True: all of it, and it is put right; False: some of it, perhaps


@dataclass(frozen=True, slots=True)
class TextFacts:
    """How to decode a text file, and what is in it that needs a second look."""

    encoding: str  # as people know it, "utf-8"
    errors: str  # how bytes that do not fit are decoded: the name of a codecs error handler
    codec: str  # what Python decodes with; takes the mark off
    encoded_twice: EncodedTwice
    has_control_characters: bool
    has_escaped_formulas: bool
    has_scientific: bool  # something like 1.2E+10
    has_undecodable: bool
    warnings: tuple[SourceWarning, ...]


def look_at_text(path: Path, encoding: str | None = None) -> TextFacts:
    """Read the whole file once, in blocks, and return how to read its text.

    `encoding` is what a person chose. Raises SourceRejected("unknown_encoding") if there is no such.
    """
    head = _head(path)
    if encoding is not None:
        codec = _chosen_codec(encoding, head)
        return _facts(path, codec, encoding=encoding, errors="replace")
    mark = next((codec for mark, codec in MARKS if head.startswith(mark)), None) or _utf16_without_mark(head)
    if ISO_2022_JP.search(head):
        mark = "iso2022_jp"
    if mark and mark != UTF8_WITH_MARK:
        return _facts(path, mark, encoding=mark, errors="replace")
    codec = mark or "utf-8"
    survey = _survey_utf8(path)
    if survey.first_invalid_line is None:
        return _facts(path, codec, encoding="utf-8", errors="strict", twice=survey.sample)
    if survey.halved_lines == survey.invalid_lines:
        return _facts(path, line_by_line(HALVES), encoding="utf-8", errors="replace")
    guess = guess_legacy(survey.sample)
    if mark or _is_mixed(survey, guess):
        return _mixed(path, codec, survey, guess)
    warnings = []
    if guess.rival:
        message = (
            f"The file's encoding is not certain: it was read as {guess.encoding}, but could be {guess.rival}. "
            "If letters look wrong, choose another encoding."
        )
        warnings.append(SourceWarning("doubtful_encoding", message, None, needs_review=True))
    return _facts(path, guess.encoding, encoding=guess.encoding, errors="replace", warnings=tuple(warnings))


def find_encoded_twice(sample: Sequence[bytes]) -> tuple[EncodedTwice, str]:
    """Say whether lines of UTF-8 hold text that was encoded twice, with an example of such a word."""
    lines = [line.decode("utf-8", "replace") for line in sample]
    for codec in TAKEN_FOR:
        if codec == "cp1252" and not any(map(TWICE.search, lines)):
            continue
        twice = otherwise = 0
        example = ""
        for line in lines if codec == "cp1252" else lines[:RARELY_LINES]:
            for word in WORD.findall(line):
                repaired = repair_twice(word, codec)
                # A real “Ã” or “Р” stands beside letters that make no UTF-8.
                if repaired != word and all(is_common(letter) for letter in repaired if letter >= "\x80"):
                    twice += 1
                    example = example or word
                else:
                    otherwise += 1
        if twice:
            return EncodedTwice(codec, is_everywhere=twice >= 9 * otherwise), example
    return EncodedTwice(), ""


def repair_twice(text: str, codec: str = "cp1252") -> str:
    """Return text that was encoded twice, or more often, as it was meant; what was not stays as it is."""
    for _ in range(TIMES_MAX):
        repaired = TWICE.sub(_repair_match, text) if codec == "cp1252" else _repaired_word_by_word(text, codec)
        if repaired == text:
            break
        text = repaired
    return text


def _repair_match(match: re.Match[str]) -> str:
    # windows-1252 leaves five bytes undefined; they pass through as the control characters of the same number.
    raw = b"".join(
        character.encode("latin-1") if ord(character) < 0x100 else character.encode("cp1252") for character in match[0]
    )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _repaired_word_by_word(text: str, codec: str) -> str:
    def repaired(match: re.Match[str]) -> str:
        raw = b"".join(_byte_in(codec, character) for character in match[0])
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return match[0]

    return BEYOND_ASCII.sub(repaired, text)


def _byte_in(codec: str, character: str) -> bytes:
    """Return the byte that a character is in a one-byte encoding; 0xFF, which is no UTF-8, where it is none."""
    try:
        return character.encode(codec)
    except UnicodeEncodeError:
        return character.encode("latin-1") if "\x80" <= character <= "\x9f" else b"\xff"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _chosen_codec(encoding: str, head: bytes) -> str:
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError):
        info = None
    # Codecs such as base64 are no text encodings; others are Python's own, or for parts of a text.
    if info is None or not info._is_text_encoding or info.name in NO_FILE_ENCODINGS:
        message = f"There is no encoding called “{encoding}”. Try utf-8 or cp1252."
        raise SourceRejected("unknown_encoding", message, field="encoding")
    if info.name == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return UTF8_WITH_MARK
    if info.name in ("utf-16", "utf-32") and not head.startswith(tuple(mark for mark, _ in MARKS)):
        # Without a mark the codec raises; Windows writes the low byte first.
        found = _utf16_without_mark(head) if info.name == "utf-16" else None
        return found or f"{info.name}-le"
    return info.name


def _utf16_without_mark(head: bytes) -> str | None:
    """Return the codec of UTF-16 text without a mark: line ends and delimiters show as a byte beside a zero."""
    head = head[: len(head) // 2 * 2]
    zeros_first, zeros_second = head[0::2].count(0), head[1::2].count(0)
    # Where every second byte is never zero and the others often are, ASCII characters alternate with zeros.
    if zeros_second > 2 * zeros_first and zeros_second >= len(head) // 20 and _decodes(head, "utf-16-le"):
        return "utf-16-le"
    if zeros_first > 2 * zeros_second and zeros_first >= len(head) // 20 and _decodes(head, "utf-16-be"):
        return "utf-16-be"
    return None


def _decodes(head: bytes, codec: str) -> bool:
    text = codecs.getincrementaldecoder(codec)("replace").decode(head)
    strange = sum(1 for character in text if character == "\ufffd" or (character < " " and character not in "\t\r\n"))
    return strange * 50 <= len(text)


@dataclass(slots=True)
class _Survey:
    """What the file looks like, taken as UTF-8."""

    sample: list[bytes]  # lines with bytes outside ASCII
    first_invalid_line: int | None = None  # counted from 1
    valid_lines: int = 0  # of those with bytes outside ASCII
    plainly_valid_lines: int = 0  # of those, the ones that are UTF-8 by no accident
    invalid_lines: int = 0
    halved_lines: int = 0  # of those, the ones that are UTF-8 but for halves of characters


def _survey_utf8(path: Path) -> _Survey:
    decoder = codecs.getincrementaldecoder("utf-8")()
    survey = _Survey([])
    try:
        for block in _blocks(path):
            decoder.decode(block)
            if len(survey.sample) < SAMPLE_LINES and not block.isascii():
                survey.sample += _high_lines(block)[: SAMPLE_LINES - len(survey.sample)]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _survey_lines(path)
    return survey


def _high_lines(block: bytes) -> list[bytes]:
    return [line[:SAMPLE_LINE_BYTES] for line in re.split(b"[\r\n]+", block) if not line.isascii()]


def _survey_lines(path: Path) -> _Survey:
    """Look at each line of a file that is not valid UTF-8 throughout."""
    survey = _Survey([])
    number = 0
    for block in _blocks(path, whole_lines=True):
        for line in block.splitlines():
            number += 1
            if line.isascii():
                continue
            try:
                text = line.decode("utf-8")
                survey.valid_lines += 1
                survey.plainly_valid_lines += _is_plainly_utf8(text)
            except UnicodeDecodeError:
                survey.invalid_lines += 1
                survey.halved_lines += _is_utf8_with_halves(line)
                if survey.first_invalid_line is None:
                    survey.first_invalid_line = number
                if len(survey.sample) < SAMPLE_LINES:
                    survey.sample.append(line[:SAMPLE_LINE_BYTES])
    return survey


def _is_utf8_with_halves(line: bytes) -> bool:
    try:
        line.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _is_mixed(survey: _Survey, guess: Guess) -> bool:
    # In an encoding of one byte a character, text that happens to be valid UTF-8 makes no sense ("Ã¼"); in the others
    # two ordinary characters can be.
    if guess.is_single_byte:
        return survey.valid_lines > 0
    if survey.plainly_valid_lines:
        return True
    return survey.valid_lines >= MIXED_SHARE * (survey.valid_lines + survey.invalid_lines)


def _is_plainly_utf8(text: str) -> bool:
    """Say whether several characters of three bytes each make sense: what is no UTF-8 hardly ever looks so."""
    wide = [character for character in text if character >= "\u0800"]
    return len(wide) > 1 and all(map(is_common, wide))


def _mixed(path: Path, codec: str, survey: _Survey, guess: Guess) -> TextFacts:
    lines = "1 line is" if survey.invalid_lines == 1 else f"{survey.invalid_lines:,} lines are"
    most = "most of it" if survey.valid_lines >= survey.invalid_lines else "some of it"
    message = (
        f"The file mixes encodings: {most} is UTF-8, but {lines} not, first line {survey.first_invalid_line}. "
        f"Those {'bytes' if guess.is_single_byte else 'lines'} were read as {guess.encoding}. Check the names there."
    )
    warning = SourceWarning("mixed_encoding", message, survey.first_invalid_line, needs_review=True)
    if guess.is_single_byte:
        errors = _fallback_handler(guess.encoding)
        return _facts(path, codec, encoding="utf-8", errors=errors, warnings=(warning,))
    return _facts(path, line_by_line(guess.encoding), encoding="utf-8", errors="replace", warnings=(warning,))


def _fallback_handler(encoding: str) -> str:
    """Register an error handler that reads the bytes that are not UTF-8 in a one-byte encoding; return its name."""

    def decode_rest(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return error.object[error.start : error.end].decode(encoding, "replace"), error.end

    name = f"irisx-fallback-{encoding}"
    codecs.register_error(name, decode_rest)
    return name


def _facts(
    path: Path,
    codec: str,
    *,
    encoding: str,
    errors: str,
    twice: Sequence[bytes] = (),
    warnings: tuple[SourceWarning, ...] = (),
) -> TextFacts:
    """Look once at the whole text, as UTF-8 bytes, for what makes a cell need a second look.

    `twice` are lines of UTF-8 to be looked at for text that was encoded twice.
    """
    has_control = has_formula = has_scientific = has_undecodable = False
    end = b""
    for block in _utf8_blocks(path, codec, errors):
        # What straddles two blocks is seen with the next.
        seen = end + block
        end = block[-8:]
        has_control = has_control or len(seen.translate(None, CONTROL_BYTES)) < len(seen)
        has_control = has_control or C1_CONTROL.search(seen) is not None
        if MARK_BEGINNING in seen:
            # A mark in the middle of the text: files were put together.
            has_control = has_control or seen.rfind(codecs.BOM_UTF8) > 0
            has_undecodable = has_undecodable or UNDECODABLE in seen
        has_formula = has_formula or ESCAPED_FORMULA.search(seen) is not None
        has_scientific = has_scientific or _has_scientific(seen)
    encoded_twice, example = find_encoded_twice(twice)
    if encoded_twice.is_everywhere:
        message = (
            f"The text in this file was encoded twice; it was put right: “{example}” was read as "
            f"“{repair_twice(example, encoded_twice.codec)}”. If letters look wrong, choose the encoding."
        )
        warnings = (*warnings, SourceWarning("encoded_twice", message, None, needs_review=True))
    return TextFacts(
        encoding, errors, codec, encoded_twice, has_control, has_formula, has_scientific, has_undecodable, warnings
    )


def _has_scientific(text: bytes) -> bool:
    """Say whether something like 1.2E+10 is in the text; “joe+1@example.com” is not."""
    return any(
        text[match.start() - 1 : match.start()].isdigit() for power in POWERS_OF_TEN for match in power.finditer(text)
    )


def _utf8_blocks(path: Path, codec: str, errors: str) -> Iterator[bytes]:
    if errors == "strict":
        yield from _blocks(path)
        return
    decoder = codecs.getincrementaldecoder(codec)(errors)
    for block in _blocks(path):
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _blocks(path: Path, *, whole_lines: bool = False) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            if whole_lines:
                block += file.readline(BLOCK_BYTES)
            yield block
