from __future__ import annotations

from pathlib import Path

import pytest

from irisx.production import RefusedToStart
from irisx.stores import storage_of

FOLDER = Path("/srv/irisx/files")


def test_without_an_address_files_are_kept_in_the_folder():
    assert storage_of("", FOLDER) == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FOLDER},
    }


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (
            "s3://AKIA1:se%2Fcr%2Bet@contacts/irisx/a?region=eu-central-1&endpoint_url=https://s3.example.com:9000",
            {
                "bucket_name": "contacts",
                "location": "irisx/a",
                "access_key": "AKIA1",
                "secret_key": "se/cr+et",
                "region_name": "eu-central-1",
                "endpoint_url": "https://s3.example.com:9000",
            },
        ),
        ("s3://contacts", {"bucket_name": "contacts", "location": "", "access_key": None, "secret_key": None}),
    ],
)
def test_an_s3_address_names_bucket_and_credentials(url, options):
    assert storage_of(url, FOLDER) == {"BACKEND": "irisx.object_storage.ObjectStorage", "OPTIONS": options}


@pytest.mark.parametrize(
    "url",
    [
        "https://key:hidden@contacts",
        "s3://key:hidden@",
        "s3://hidden@contacts",
        "s3://key:hidden@contacts?acl=public-read",
        "/var/files",
    ],
)
def test_another_address_is_refused_without_showing_its_secret(url):
    with pytest.raises(RefusedToStart) as refused:
        storage_of(url, FOLDER)

    assert "STORAGE_URL" in str(refused.value)
    assert "hidden" not in str(refused.value)
