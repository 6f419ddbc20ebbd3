"""Each file that cannot be imported, at the portal's door."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.disks import files_in
from tests.system.refused import REFUSED


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.what)
def test_the_portal_says_at_the_file_what_is_wrong_with_it_and_stores_nothing(alices, tmp_path, refused):
    form = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}

    answer = alices.post("/imports/new/", {**form, "file": SimpleUploadedFile(refused.filename, refused.content())})

    assert answer.status_code == 200
    (sentence,) = re.findall(r"data-drop-error>(.*?)</p>", answer.content.decode())
    assert refused.words in html.unescape(sentence)
    assert sentence.endswith(".")
    with tenant_scope(ALL):
        assert not ImportJob.objects.exists()
    assert files_in(tmp_path / "files") == []
