"""Make control and bidirectional characters visible."""

_VISIBLE = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {
    code: f"[U+{code:04X}]"
    for code in (
        *range(0x7F, 0xA0),  # delete and the C1 control characters
        *(0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),  # zero-width characters
        *range(0x202A, 0x202F),  # bidirectional embeddings and overrides
        *range(0x2066, 0x206A),  # bidirectional isolates
        *range(0xE0000, 0xE0080),  # tag characters, which are invisible
    )
}


def escape_control_characters(text: str) -> str:
    """The text with invisible and bidirectional control characters replaced by visible symbols.

    Zero-width joiners stay, because Persian, Hindi and emoji need them.
    """
    return text.replace("\r\n", "\n").translate(_VISIBLE)
