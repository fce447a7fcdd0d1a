"""Passwords and keys that a name, a phrase or a command line identifies."""

import re
from functools import cache

from queries.masking.lower_case import lowered, words_in
from queries.masking.placeholders import HIT_BORDERS, PLACEHOLDERS
from queries.masking.secret_values import is_chosen, is_random

_IN_URL = re.compile(
    rf"(?<=[A-Za-z0-9]://)([^\s/@:\"'<>{HIT_BORDERS}]{{0,100}}:)"
    rf"([^\s/@\"'<>{{}}${HIT_BORDERS}]{{3,100}})(?=@[A-Za-z0-9])"
)

_PASSWORD_NAMES = (
    *("password", "passwd", "passphrase", "pass phrase", "passcode", "passwort", "kennwort"),
    *("contraseña", "senha"),
    *("contrasena", "mot de passe", "wachtwoord", "hasło", "haslo", "şifre", "lösenord", "parola"),
    *("salasana", "adgangskode", "passord", "jelszó", "heslo", "kata sandi", "mật khẩu", "пароль"),
    *(
        "密码",
        "密碼",
        "口令",
        "パスワード",
        "비밀번호",
        "كلمة المرور",
        "كلمة السر",
        "סיסמה",
        "पासवर्ड",
    ),
)
_SHORT_NAMES = ("pword", "pass", "pwd", "psw", "mdp", "pw")
_KEY_NAMES = ("secret", "token", "key")
_NAMES = (*_PASSWORD_NAMES, *_SHORT_NAMES, *_KEY_NAMES)
_SEPARATOR_AHEAD = (
    r"(?=[\"'`\]*]{0,3}\s{0,3}[=:：>,]|[ _-]?id\b|\s?[是为為は는은이]"
    r"|\s{1,2}(?:is|was|will|to|ist|lautet|est|es|é|è|jest|är|er|là|adalah)[\s:]"
    r"|\s(?:for|of|on|für|pour|para|de|do|per)\s"
    r"|\s{1,2}(?:[-–—]\s)?[^\s\d]{0,60}\d)"
)

_IS = (
    r"\s{1,2}(?:is now|is|was|lautet|will be|to|ist|est|es|é|è|jest|är|er|là|adalah)\s{0,2}"
    r":?\s{1,2}"
    r"|\s?[是为為は는은이]\s{0,2}[:：]?\s{0,2}"
)
_OF = r"\s(?:for|to|of|on|für|pour|para|de|do|per)\s[^\n:.]{1,40}?"
_VALUE = re.compile(
    r"(?:[ _-]?id)?(?:[\"'`\]*]{0,3}\s{0,3}(?:=>|:=|[=:：>]|(?<=[\"']),(?=\s?[\"']))\*{0,2}\s{0,3}"
    rf"|(?P<said>(?:{_OF})?(?:{_IS})|{_OF}\s?[:：=]\s{{0,2}})"
    r"|(?P<next>\s{1,2}(?:[-–—]\s)?))"
    rf"(?:(?P<quote>[\"'`“])(?P<quoted>[^\s\"'`<>”{HIT_BORDERS}]{{6,500}})(?:(?P=quote)|”)"
    rf"|(?P<bare>[^\s\"'`,;()<>{{}}|{HIT_BORDERS}]{{6,500}}))",
    re.I,
)

_REST = re.compile(rf"[^\s\"'`,;()<>{{}}|{HIT_BORDERS}]*")

# Options of command lines, statements of databases, a user and a password side by side.
_COMMAND = re.compile(
    r"(?:--?(?:password|passwd|passphrase|pass|pwd)[ =]"
    r"|(?<![\w-])-u[ =]?[\"']?[\w.@+-]{1,64}:|\s--user[ =][\"']?[\w.@+-]{1,64}:"
    r"|(?:mysql|mysqldump|mariadb|sshpass|mongo(?:sh)?|7z|unrar|smbclient)\b[^\n|;]{0,80}?\s-p ?"
    r"|\bidentified\s(?:with\s\w{1,40}\s)?by\s"
    r"|\b(?:log-?in|credentials?|creds|zugangsdaten|логин/пароль|user(?:name)?/pass(?:word)?)"
    r"\s{0,2}(?:is|are|[:=])\s{0,2}[\w.@+-]{2,64}\s{0,2}[/:]\s{0,2})"
    rf"[\"']?(?P<bare>[^\s\"'`,;()<>{{}}|{HIT_BORDERS}]{{6,200}})",
    re.I,
)
_COMMAND_WORDS = (
    *(
        "-pass",
        "-pwd",
        "-u ",
        "-u=",
        "-u'",
        '-u"',
        "--user",
        " -p",
        "identified",
        "login:",
        "log-in",
    ),
    *("login is", "credential", "creds", "zugangsdaten", "логин/", "user/pass", "username/pass"),
)

# Before "key": a key of a dictionary, a table or a piano is no secret.
_SECRET_KEY = re.compile(
    r"(?:api|app|access|account|auth|client|consumer|encryption|private|secret|signing|subscription"
    r"|master|service|license|licence|product|webhook|bot|session|my)[ _-]?\Z"
)
_SECRET_PHRASE = re.compile(r"(?:api|access|secret|auth)[ _-]?\Z")


NEXT_CHARS_MIN = 8

SEPARATOR_CHARS_MAX = 16
"""At most so many characters other than white space lie between a name and its value."""

JUDGED_CHARS_MAX = 128
"""A value is judged by so many of its characters."""


def mask_passwords(text: str) -> str:
    """Replace passwords, and keys that their name identifies, by placeholders."""
    if "://" in text:
        text = _IN_URL.sub(rf"\g<1>{PLACEHOLDERS['password']}", text)
    lower = lowered(text)
    if any(word in lower for word in _COMMAND_WORDS):
        text = _COMMAND.sub(_mask_argument, text)
        lower = lowered(text)
    present = words_in(lower, _NAMES)
    if not present:
        return text
    pieces, end = [], 0
    judged: dict[tuple[str, bool, bool], bool] = {}
    for name in _name_pattern(present).finditer(lower):
        if name.end() < end - SEPARATOR_CHARS_MAX:
            continue  # Within a secret. To look for its end from each name takes quadratic time.
        start, stop, kind = _named_secret(text, lower, name, judged)
        if stop and start >= end:
            pieces += [text[end:start], PLACEHOLDERS[kind]]
            end = stop
    return "".join((*pieces, text[end:])) if pieces else text


@cache
def _name_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern of some of the names, followed by a separator: faster than one of them all."""
    return re.compile(f"(?:{'|'.join(names)}){_SEPARATOR_AHEAD}")


def _named_secret(
    text: str, lower: str, name: re.Match[str], judged: dict[tuple[str, bool, bool], bool]
) -> tuple[int, int, str]:
    """Start, end and kind of the secret after a name; the end is 0 if there is none.

    Args:
        text: the text.
        lower: the text in lower case.
        name: the name in it.
        judged: whether each value so far is a secret; a text may repeat one very often.
    """
    value = _VALUE.match(text, name.end())
    if value is None:
        return 0, 0, ""
    before = lower[max(0, name.start() - 16) : name.start()]
    is_password = name.group() not in _KEY_NAMES
    if not _is_name(name, before, is_said=value["said"] is not None):
        return 0, 0, ""
    is_quoted = value["quoted"] is not None
    secret = value["quoted"] if is_quoted else value["bare"].rstrip(".,;:*")
    start = value.start("quoted" if is_quoted else "bare")
    stop = start + len(secret)
    is_call = not is_quoted and text[stop : stop + 1] in ("(", "[")
    if value["next"] is not None and not _may_follow(name.group(), secret):
        return 0, 0, ""
    known = (secret[:JUDGED_CHARS_MAX], is_password, is_quoted)
    if known not in judged:
        is_secret = is_chosen if is_password else is_random
        judged[known] = is_secret(known[0], is_quoted=is_quoted)
    if is_call or not judged[known]:
        return 0, 0, ""
    if stop == value.end() and (rest := _REST.match(text, stop)):
        stop = rest.end()
    return start, stop, "password" if is_password else "key"


def _is_name(name: re.Match[str], before: str, *, is_said: bool) -> bool:
    """Whether a name announces a secret, and is not a part of another word."""
    word = name.group()
    if word in _PASSWORD_NAMES:
        return True
    if word in _SHORT_NAMES:
        return not before[-1:].isalpha() and (not is_said or word in ("pwd", "pw"))
    if is_said:
        return word != "secret" and _SECRET_PHRASE.search(before) is not None
    return word != "key" or _SECRET_KEY.search(before) is not None


def _may_follow(name: str, secret: str) -> bool:
    """Whether a value may be a password right after a name, without a separator."""
    has_digit = any(map(str.isdigit, secret))
    return name in _PASSWORD_NAMES and has_digit and len(secret) >= NEXT_CHARS_MIN


def _mask_argument(match: re.Match[str]) -> str:
    value = match["bare"].rstrip(".,")
    if not is_chosen(value, is_quoted=False):
        return match.group()
    start = match.start("bare") - match.start()
    written = match.group()
    return written[:start] + PLACEHOLDERS["password"] + written[start + len(value) :]
