"""Yes and no."""

from __future__ import annotations

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_line, is_placeholder, quoted

__all__ = ["normalize_boolean"]

# In English and the languages of vocabulary.py.
_YES_WORDS = """
    1 1.0 1,0 -1 true t yes y yep x [x] on ✓ ✔ √ ☑ ☒ ✅ checked enabled
    ja jo jawohl j wahr oui o vrai sí si sì s verdadero vero sim verdadeiro waar
    tak prawda sant sann sand kyllä kylla tosi ano pravda igen igaz da adevărat evet doğru да д истина так ναι כן نعم
    हाँ हां はい 有 ○ 〇 예 네 是 对 對 ya có ใช่ jah jā taip iya đúng vâng
"""
_NO_WORDS = """
    0 0.0 0,0 false f no n off ✗ ✘ ☐ [] ❌ unchecked disabled nope
    nein falsch non faux falso não nao nee onwaar nie fałsz nej nei falskt
    falsk ei epätosi ne nepravda nem hamis nu fals hayır hayir yanlış нет н ложь ні όχι οχι לא لا नहीं いいえ 無 × 아니요
    아니오 否 不 tidak không ไม่ ไม่ใช่ nē sai
"""
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())


def normalize_boolean(text: str) -> bool | str:
    """Return True, False, or "" for an empty cell. Raises InvalidValue("boolean_invalid")."""
    word = clean_line(text).casefold().rstrip(".!").replace("[ ]", "[]")
    if word in _YES:
        return True
    if word in _NO:
        return False
    if not word or is_placeholder(word):
        return ""
    raise InvalidValue("boolean_invalid", f"{quoted(text)} is neither yes nor no. Enter yes or no.")
