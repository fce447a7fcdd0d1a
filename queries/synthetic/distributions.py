"""Distributions that the synthetic dataset is drawn from.

Figures marked "published" come from the paper of LMSYS-Chat-1M (Zheng et al. 2023: Table 1, 2, 4,
Figure 1, 2) and from comparisons in later papers. All others are plausible guesses.
"""

from dataclasses import dataclass

MODEL_SHARES = {
    "vicuna-13b": 0.5125,  # published: 0.4907; battles between two models take some away
    "koala-13b": 0.080,
    "alpaca-13b": 0.060,
    "chatglm-6b": 0.046,
    "llama-13b": 0.040,
    "vicuna-33b": 0.034,
    "llama-2-13b-chat": 0.028,
    "oasst-pythia-12b": 0.026,
    "fastchat-t5-3b": 0.024,
    "claude-1": 0.023,
    "dolly-v2-12b": 0.020,
    "vicuna-7b": 0.018,
    "wizardlm-13b": 0.016,
    "RWKV-4-Raven-14B": 0.014,
    "mpt-7b-chat": 0.012,
    "guanaco-33b": 0.011,
    "stablelm-tuned-alpha-7b": 0.010,
    "mpt-30b-chat": 0.009,
    "gpt-4": 0.007304,  # published
    "gpt-3.5-turbo": 0.0085,
    "claude-instant-1": 0.0080,
    "claude-2": 0.002241,  # published
    "palm-2": 0.0055,
    "llama-2-7b-chat": 0.0035,
    "gpt4all-13b-snoozy": 0.0025,
}

LANGUAGE_SHARES = {
    "English": 0.7800,  # published, as a share of turns
    "Portuguese": 0.0420,  # published: the order of the first five
    "Russian": 0.0330,
    "Chinese": 0.0280,
    "Spanish": 0.0240,
    "unknown": 0.0140,
    "French": 0.0130,
    "German": 0.0120,
    "Italian": 0.0070,
    "Japanese": 0.0065,
    "Korean": 0.0045,
    "Arabic": 0.0040,
    "Hebrew": 0.0025,
    "Thai": 0.0020,
}
RARE_LANGUAGES_SHARE = 0.0275
"""Combined share of the languages below, which decreases in their order."""

RARE_LANGUAGES = tuple(
    """
    Polish Dutch Turkish Ukrainian Czech Swedish Finnish Danish Norwegian Hungarian Romanian
    Greek Vietnamese Indonesian Catalan Latin Hindi Persian Bulgarian Croatian Serbian Slovak
    Slovenian Estonian Latvian Lithuanian Galician Basque Malay Tagalog Bengali Tamil Telugu
    Marathi Gujarati Punjabi Urdu Nepali Sinhala Kannada Malayalam Burmese Khmer Lao Mongolian
    Kazakh Uzbek Kyrgyz Tajik Turkmen Azerbaijani Armenian Georgian Albanian Macedonian
    Bosnian Belarusian Icelandic Irish Welsh Breton Corsican Occitan Luxembourgish Frisian
    Faroese Afrikaans Esperanto Interlingua Volapük Maltese Yiddish Kurdish Pashto Sindhi
    Uyghur Tatar Bashkir Chuvash Swahili Zulu Xhosa Sotho Tswana Swati Venda Tsonga Shona
    Kinyarwanda Rundi Ganda Lingala Kongo Yoruba Igbo Hausa Akan Wolof Fulah Bambara Amharic
    Tigrinya Oromo Somali Afar Malagasy Chewa Bemba Javanese Sundanese Cebuano Waray Ilocano
    Hmong Tibetan Dzongkha Assamese Odia Sanskrit Kashmiri Dhivehi Māori Samoan Tongan Fijian
    Hawaiian Tahitian Haitian Quechua Aymara Guarani Nauru Bislama Scots Manx Romansh
    Abkhazian Ossetian Greenlandic Zhuang
    """.split()  # noqa: SIM905
)

TURNS = (0.706, 0.136, 0.060, 0.032, 0.018, 0.011, 0.008, 0.006, 0.004, 0.003, 0.002, 0.0015)
"""Weights of 1, 2, 3 ... turns in an ordinary conversation. Longer ones are drawn separately."""

UNSAFE_TURNS = (0.340, 0.180, 0.120, 0.085, 0.065, 0.050, 0.036, 0.028, 0.022, 0.017, 0.014, 0.012)
"""The same for conversations about an unsafe topic, which are longer."""

LONG_TURNS_WEIGHT = 0.0065
UNSAFE_LONG_TURNS_WEIGHT = 0.030
CONVERSATION_TURNS_MAX = 50

FRESH_SHARE = 0.55
"""Share of conversations with a unique first prompt; the others draw from a pool."""

POOL_SHARE = 1 / 12
"""Prompts in that pool, as a share of all rows."""

BATTLE_SHARE = 0.10
"""Share of pairs of rows in which two models answer the same prompts."""

REDACTED_SHARE = 0.30
"""Share of first prompts whose conversation may contain a placeholder for a person's name."""

RESPONSE_LIMIT = 2_100
"""Responses are truncated here, as a limit of 512 tokens did."""

GREETING_SHARE = 0.06
CONSTRAINT_SHARE = 0.30
FRESH_CONSTRAINT_SHARE = 0.85
DOCUMENT_SHARE = 0.30
LONG_DOCUMENT_SHARE = 0.17
EMPTY_RESPONSE_SHARE = 0.004
UNSAFE_REFUSAL_SHARE = 0.55
REFUSAL_SHARE = 0.015


@dataclass(frozen=True, slots=True)
class Flagging:
    """How a model's conversations are flagged.

    Attributes:
        factor: frequency of flags, relative to other models.
        user: of those, the share with a flagged user message.
        assistant: of those, the share with a flagged assistant message.
    """

    factor: float
    user: float
    assistant: float


FLAGGING = {
    "vicuna-13b": Flagging(1.00, 0.598, 0.506),  # attempt and success counts: published
    "gpt-4": Flagging(1.10, 0.842, 0.249),
    "claude-2": Flagging(0.74, 0.870, 0.200),
}
OTHER_FLAGGING = Flagging(1.00, 0.600, 0.500)

UNSAFE_FLAGGED_SHARE = 0.500
SAFE_FLAGGED_SHARE = 0.0105
"""Flagged conversations among those about an unsafe topic and among all others: 5.44 % of all."""

FLAGGED_AGAIN = {"user": 0.355, "assistant": 0.79}
"""Probability that each further message of a role is flagged, once one is."""

CATEGORY_SETS = {
    ("sexual",): 0.427,
    ("harassment",): 0.122,
    ("sexual", "harassment"): 0.170,
    ("violence",): 0.100,
    ("harassment", "hate"): 0.036,
    ("harassment", "violence"): 0.040,
    ("sexual", "sexual/minors"): 0.028,
    ("violence", "violence/graphic"): 0.021,
    ("harassment", "harassment/threatening", "violence"): 0.013,
    ("hate",): 0.021,
    ("hate", "hate/threatening", "harassment"): 0.009,
    ("self-harm",): 0.0085,
    ("self-harm", "self-harm/intent"): 0.004,
    ("self-harm", "self-harm/instructions"): 0.0035,
}
"""Shares of combinations of categories; they add up to the published sizes of the categories."""
