"""Keys and tokens that say what they are: by how their issuer begins them, or by their frame."""

import re

from queries.masking.marks import MARKS

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r".*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.S,
)

_ISSUED = (
    r"sk-(?=[A-Za-z_-]{0,80}\d)[A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic and others
    r"sk-(?![xX]{6})[A-Za-z0-9]{20,}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}",  # Stripe
    r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}",
    r"gl(?:pat|dt|rt|oas|ptt|ft|cbt|agent|soat)-[A-Za-z0-9_-]{20,}",  # GitLab
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}",  # Slack
    r"A(?:KIA|SIA|BIA|CCA)[0-9A-Z]{16}(?![0-9A-Za-z])",  # AWS
    r"AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,}",  # Google
    r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}",  # SendGrid
    r"(?:SK|AC)[0-9a-f]{32}(?![0-9A-Za-z])",  # Twilio
    r"key-[0-9a-z]{32}(?![0-9A-Za-z])|[0-9a-f]{32}-us\d{1,2}(?![0-9A-Za-z])",  # Mailgun, Mailchimp
    r"hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{20,}|gsk_[A-Za-z0-9]{40,}",
    r"r8_[A-Za-z0-9]{37}|xai-[A-Za-z0-9]{40,}|nvapi-[A-Za-z0-9_-]{40,}|pplx-[A-Za-z0-9]{40,}",
    r"do[opr]_v1_[0-9a-f]{64}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}",
    r"\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])",  # Telegram
    # Discord
    r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])",
    r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]{5,}|\.(?![A-Za-z0-9_-]))",  # JWT
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
)

_KEY = re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_ISSUED)})(?![A-Za-z0-9])")

# Where the address itself is the secret, or stands beside it.
_KEPT_BEFORE = (
    r"hooks\.slack\.com/(?:services|workflows)/)[A-Za-z0-9/_-]{20,",
    r"discord(?:app)?\.com/api/webhooks/\d{17,20}/)[A-Za-z0-9_-]{30,",
    r"(?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/]{40,}={0,2",
    r"\bBearer[ \t]{1,3})(?=[A-Za-z_.~+/=-]{0,80}\d)[A-Za-z0-9_.~+/=-]{20,",
    r"\bAuthorization[\"']?[:,=][ \t]{0,3}[\"']?Basic[ \t]{1,3})[A-Za-z0-9+/]{12,}={0,2",
)

_AFTER_A_WORD = re.compile("|".join(f"({pattern}}}" for pattern in _KEPT_BEFORE))
_WORDS_BEFORE = ("slack.com/", "webhooks/", "Key=", "Bearer", "Basic")


def mark_keys(text: str) -> str:
    """The text with each key, token and private key as a mark."""
    if "-----BEGIN" in text:
        text = _PRIVATE_KEY.sub(MARKS["private key"], text)
    text = _KEY.sub(MARKS["key"], text)
    if any(word in text for word in _WORDS_BEFORE):
        text = _AFTER_A_WORD.sub(_keep_before, text)
    return text


def _keep_before(match: re.Match[str]) -> str:
    return f"{match[match.lastindex or 0]}{MARKS['key']}"
