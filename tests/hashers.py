from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class FewRoundsHasher(PBKDF2PasswordHasher):
    """Hashes as production does, in a fraction of the time: nearly every test makes users, and many sign in."""

    iterations = 10
