"""Fast search for words in any case."""


def lowered(text: str) -> str:
    """The text in lower case, with each character at its index in the text."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def words_in(lower: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some words that are in a text in lower case."""
    if lower.isascii():
        return tuple(word for word in words if word.isascii() and word in lower)
    return tuple(word for word in words if word in lower)
