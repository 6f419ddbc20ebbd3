from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class FewRoundsHasher(PBKDF2PasswordHasher):
    """Hashes as production does, in a fraction of the time: these tests sign in hundreds of times."""

    iterations = 10
