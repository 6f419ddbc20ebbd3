from __future__ import annotations


def test_the_table_of_a_page_is_read_and_asked_about(read, data):
    found = read(data / "html-named.xls")

    assert found.headers == ["First Name", "Last Name", "Email", "Phone", "Company"]
    assert found.cells[1] == ["Derek", "Okafor", "derek.okafor@example.com", "+14155550187", "Cobalt & Finch LLC"]
    assert found.summary.type == "excel"
    assert found.warnings == {"html_table": (None, True)}


def test_the_largest_table_wins_and_loose_html_is_understood(read):
    page = """<!DOCTYPE html><table><tr><td>Menu</table>
        <TABLE><tr><th>Name<th>Email<th>Notes
        <tr><td>Ana<br>Lu<td>a@example.com<td colspan=1>x &lt; y<script>alert(1)</script>
        <tr><td colspan=2>nobody<td>z</table>"""

    found = read(page)

    assert found.headers == ["Name", "Email", "Notes"]
    assert found.cells == [["Ana\nLu", "a@example.com", "x < y"], ["nobody", "", "z"]]


def test_a_page_that_is_never_closed_is_read_to_its_end(read):
    assert read("<table><tr><td>Name<td>Email<tr><td>Ana<td>a@example.com").cells == [["Ana", "a@example.com"]]
