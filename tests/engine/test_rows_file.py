from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.engine import rows_file
from imports.engine.rows_file import RowsFile, RowsFileDamaged, RowsFileWriter, block_rows, open_rows_file


def write(path, headers, rows):
    with RowsFileWriter(path, headers) as writer:
        for row_number, cells in rows:
            writer.write(row_number, cells)
    return path


def people(count):
    # Every third record of the source was blank.
    return [(index + index // 2 + 2, [f"Name {index}", f"n{index}@example.com"]) for index in range(count)]


@pytest.mark.parametrize(
    ("lo", "hi"), [(0, None), (0, 1), (999, 1001), (1000, 2000), (2499, 9999), (700, 700), (5000, 6000)]
)
def test_rows_are_those_of_a_slice(tmp_path, lo, hi):
    rows = people(2500)

    found = open_rows_file(write(tmp_path / "rows", ["Name", "Email"], rows))

    assert list(found.rows(lo, hi)) == rows[lo:hi]
    assert (found.headers, found.total_rows) == (["Name", "Email"], 2500)


def test_rows_that_are_long_are_fewer_within_so_many_bytes(tmp_path):
    # A block of short rows, and one of long ones.
    rows = [(number, ["x" * (90 if number < 1_000 else 9_990)]) for number in range(2_000)]
    found = open_rows_file(write(tmp_path / "rows", ["Notes"], rows))

    ends = [found.end_within(lo, min(lo + 5_000, 2_000), 1_000_000) for lo in (0, 1_000, 1_950)]

    assert [end // 10 for end in ends] == [109, 109, 200]
    assert found.end_within(1_500, 2_000, 10) == 1_501
    assert found.end_within(0, 700, 1_000_000) == 700


@given(
    rows=st.lists(st.tuples(st.integers(1, 2**31), st.lists(st.text(st.characters(codec="utf-8")), max_size=4))),
    lo=st.integers(0, 60),
    hi=st.integers(0, 60),
)
def test_any_rows_come_back(tmp_path_factory, rows, lo, hi):
    path = tmp_path_factory.mktemp("rows") / "rows"

    found = open_rows_file(write(path, ["A"], rows))

    assert list(found.rows()) == rows
    assert list(found.rows(lo, hi)) == rows[lo:hi]


@given(
    cells=st.lists(
        st.lists(st.sampled_from(["", "Ana", '"', "\\", "],[", "]", ",[", "[", '"],["', "\n", "ü"]), max_size=3),
        min_size=1,
        max_size=30,
    ),
    wanted=st.sets(st.integers(0, 29)),
)
def test_single_rows_are_those_of_the_whole(tmp_path_factory, cells, wanted):
    rows = [(2 * index + 2, row) for index, row in enumerate(cells)]
    found = open_rows_file(write(tmp_path_factory.mktemp("rows") / "rows", ["A", "B"], rows))
    indexes = sorted(index for index in wanted if index < len(rows))

    assert list(found.pick(indexes)) == [(index, *rows[index]) for index in indexes]


def test_single_rows_far_apart_are_read_with_their_blocks_alone(tmp_path):
    path = write(tmp_path / "rows", ["Name", "Email"], people(20_000))
    content = path.read_bytes()
    asked = []
    found = RowsFile(lambda offset, length: asked.append(length) or content[offset : offset + length], len(content))
    asked.clear()

    picked = [index for index, _, _ in found.pick([19_999, 5, 1_999, 2_001, 6])]

    assert picked == [5, 6, 1_999, 2_001, 19_999]
    assert len(asked) == 2  # blocks 0 to 2, and the last one
    assert sum(asked) < len(content) / 4


def test_rows_far_down_are_read_without_those_before(tmp_path):
    path = write(tmp_path / "rows", ["Name", "Email"], people(20_000))
    content = path.read_bytes()
    asked = []

    def read_range(offset, length):
        asked.append((offset, length))
        return content[offset : offset + length]

    found = RowsFile(read_range, len(content))
    list(found.rows(19_000, 19_500))

    assert len(asked) == 2  # the index, and one block
    assert sum(length for _, length in asked) < len(content) / 5


def test_neighbouring_blocks_are_read_at_once(tmp_path, monkeypatch):
    path = write(tmp_path / "rows", ["Name", "Email"], people(5_000))
    content = path.read_bytes()
    asked = []
    found = RowsFile(lambda offset, length: asked.append(offset) or content[offset : offset + length], len(content))
    asked.clear()

    assert len(list(found.rows())) == 5_000
    assert len(asked) == 1

    asked.clear()
    monkeypatch.setattr(rows_file, "FETCH_BYTES", 1)
    assert len(list(found.rows())) == 5_000
    assert len(asked) == 5


def test_a_long_index_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_file, "TAIL_BYTES", rows_file.TRAILER.size)

    assert len(list(open_rows_file(write(tmp_path / "rows", ["A"], people(3))).rows())) == 3


def test_a_file_without_rows_can_be_read(tmp_path):
    assert list(open_rows_file(write(tmp_path / "rows", ["A"], [])).rows()) == []


def test_blocks_of_wide_tables_are_short():
    assert [block_rows(width) for width in (0, 1, 50, 500, 16_384)] == [1000, 1000, 1000, 100, 3]


@pytest.mark.parametrize("length", [0, 5, 40, 1000, -1])
def test_a_cut_off_file_is_refused(tmp_path, length):
    path = write(tmp_path / "rows", ["Name", "Email"], people(100))
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(RowsFileDamaged, match="Upload the source again"):
        open_rows_file(path)


def test_a_foreign_file_is_refused(tmp_path):
    (tmp_path / "rows").write_bytes(b"Name,Email\n" * 1000)

    with pytest.raises(RowsFileDamaged):
        open_rows_file(tmp_path / "rows")


def test_changed_rows_are_noticed(tmp_path):
    path = write(tmp_path / "rows", ["Name", "Email"], people(100))
    content = bytearray(path.read_bytes())
    content[100:120] = bytes(20)
    path.write_bytes(content)

    with pytest.raises(RowsFileDamaged):
        list(open_rows_file(path).rows())


def test_a_block_of_long_rows_has_few_of_them_and_every_row_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_file, "BLOCK_BYTES_MAX", 10_000)
    # Long ones between short ones.
    rows = [(number, ["x" * (1_000 if 200 <= number < 300 else 10)]) for number in range(2_500)]
    sizes = []
    found = open_rows_file(write(tmp_path / "rows", ["Notes"], rows))
    read = found._read_range
    monkeypatch.setattr(found, "_read_range", lambda offset, size: sizes.append(size) or read(offset, size))
    monkeypatch.setattr(rows_file, "FETCH_BYTES", 0)

    assert list(found.rows()) == rows
    assert list(found.rows(150, 2_001)) == rows[150:2_001]
    assert [row_number for _, row_number, _ in found.pick([2_499, 0, 250, 299, 300])] == [0, 250, 299, 300, 2_499]
    assert max(sizes) <= 10_000


def test_a_file_with_blocks_of_one_size_is_read_as_before(tmp_path):
    rows = people(2_500)
    path = write(tmp_path / "rows", ["Name", "Email"], rows)
    content = path.read_bytes()
    head, index = content[: content.rindex(b'{"headers"')], content[content.rindex(b'{"headers"') : -24]
    old = index.replace(b'"starts":[0,1000,2000]', b'"block_rows":1000')
    path.write_bytes(head + old + rows_file.TRAILER.pack(len(head), len(old), rows_file.TRAILER_MAGIC))

    assert list(open_rows_file(path).rows(999, 2_400)) == rows[999:2_400]


def test_a_writer_that_failed_leaves_no_file_that_can_be_read(tmp_path):
    writer = RowsFileWriter(tmp_path / "rows", ["A"])
    writer.write_all([1, 2], [["a"], ["b"]])
    writer.__exit__(ZeroDivisionError, ZeroDivisionError(), None)

    with pytest.raises(RowsFileDamaged):
        open_rows_file(tmp_path / "rows")


def test_what_is_left_out_of_a_cell_is_kept_beside_the_rows(tmp_path):
    path = tmp_path / "rows"
    with RowsFileWriter(path, ["email", "address"]) as writer:
        writer.write_all([1, 2], [["ana@example.com", ""], ["ben@example.com", "Rome"]])
        writer.leave_out(0, "address", '{"city": "Rome"}')

    rows = open_rows_file(path)

    assert rows.left_out == {0: {"address": '{"city": "Rome"}'}}
    assert [cells for _, cells in rows.rows()] == [["ana@example.com", ""], ["ben@example.com", "Rome"]]
