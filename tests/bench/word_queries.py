"""Searches by words as people type them, for the benchmark."""

COMMON_WORDS = (
    *("the", "a", "and", "is", "to", "it", "for", "you", "of", "that", "what"),
    *("how", "write", "can", "not", "in", "i", "people", "time", "question", "short", "python"),
)
"""A third of all searches: words of a tenth to a half of the messages."""

OTHER_WORDS = (
    *("turkey", "pottery", "fahrenheit", "lullaby", "romanian", "javascript", "squirrel"),
    *("owl", "recipe", "cafe", "café", "variável", "storia", "Frühling"),
    *("варенья", "хотя", "день", "القهوة", "قائمة", "המנורה", "能力", "您好", "です", "숲", "คน"),
)

PHRASES = (
    *('"how to"', '"in the"', '"good idea"', '"second point"', '"write a short story"', '"not a"'),
    *('"more detail"', '"at any time of the year"', '"passive voice"', '"人工智能"', '"水曜日"'),
)

BEGINNINGS = ("con*", "pro*", "re*", "pyth*", "под*")

SEVERAL_WORDS = ("write a poem about autumn", "what is the answer", "python list", "cat OR dog")

WORD_QUERIES = (*COMMON_WORDS, *OTHER_WORDS, *PHRASES, *BEGINNINGS, *SEVERAL_WORDS)
