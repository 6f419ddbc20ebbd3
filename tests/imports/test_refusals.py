"""Each file that cannot be imported, on the command line."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.disks import files_in
from tests.system.refused import REFUSED


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.what)
def test_import_contacts_ends_with_2_and_says_what_is_wrong_and_stores_nothing(acme, tmp_path, refused):
    path = tmp_path / refused.filename
    path.write_bytes(refused.content())
    output, errors = io.StringIO(), io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("import_contacts", str(path), "--tenant=acme", "--json", stdout=output, stderr=errors)

    told = json.loads(errors.getvalue())
    assert (ended.value.code, output.getvalue()) == (2, "")
    assert sorted(told) == ["code", "error"]
    assert told["code"] == refused.code
    assert refused.words in told["error"]
    with tenant_scope(ALL):
        assert not ImportJob.objects.exists()
    assert files_in(tmp_path / "files") == []
