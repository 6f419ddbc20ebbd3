"""Whatever is sent: rows that can be read back, or a refusal. More of it: bench/fuzz_reading.py."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.engine.errors import SourceRejected
from imports.engine.readers import Limits, ReadingOptions, read_source
from imports.engine.rows_file import open_rows_file
from tests.engine.readers.mangling import files

FILES = 600
CODES = {
    *("empty_file", "unsupported_type", "password_protected", "damaged_file", "unsafe_file", "sheet_too_large"),
    *("invalid_delimiter", "invalid_header_row", "unknown_encoding", "unknown_sheet"),
}
bounded = settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def check(content: bytes, folder, **options) -> None:
    """Read a file, and check that what comes of it is whole."""
    path, rows_path = folder / "source", folder / "rows"
    path.write_bytes(content)
    try:
        summary = read_source(path, rows_path, ReadingOptions(**options), Limits())
    except SourceRejected as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert (refusal.code in CODES, refusal.message[-1]) == (True, ".")
        return
    rows = open_rows_file(rows_path)
    headers = [column.header for column in summary.columns]
    assert rows.headers == headers
    assert len(set(headers)) == len(headers)
    assert all(headers)
    numbers = [number for number, _ in rows.rows()]
    assert len(numbers) == summary.total_rows > 0
    assert numbers == sorted(set(numbers))
    assert all(len(cells) == len(headers) for _, cells in rows.rows())
    assert all(any(cells) for _, cells in rows.rows()) or summary.type == "excel"
    assert "\x00" not in json.dumps(summary.as_json(), ensure_ascii=False)
    assert all(warning.message.endswith((".", "!")) for warning in summary.warnings)


@pytest.mark.parametrize("seed", range(3))
def test_a_mangled_file_is_read_or_refused(tmp_path, seed):
    for content in islice(files(seed), FILES // 3):
        check(content, tmp_path)


@bounded
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    check(content, tmp_path)


@bounded
@given(
    content=st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=8).map(
        lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "replace")
    ),
    options=st.fixed_dictionaries(
        {},
        optional={
            "delimiter": st.characters() | st.sampled_from([",", ";", "\t"]),
            "header_row": st.integers(0, 9),
            "encoding": st.sampled_from(
                ["utf-8", "utf-16", "cp1252", "gb18030", "utf-7", "punycode", "idna", "koi8-r"]
            ),
        },
    ),
)
def test_any_text_is_read_or_refused_in_any_way_that_is_chosen(tmp_path, content, options):
    check(content, tmp_path, **options)
