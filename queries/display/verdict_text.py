"""Why it is not known whether a conversation is flagged, in words."""


def unknown_verdict_text(*, verdict_count: int, message_count: int, undealt_count: int) -> str:
    """What a page says of a conversation without a known verdict.

    Args:
        verdict_count: its messages with a verdict, none of them flagged.
        message_count: its messages.
        undealt_count: its entries that cannot be dealt to messages, none of them flagged.
    """
    if undealt_count:
        entries = "1 entry" if undealt_count == 1 else f"{undealt_count:,} entries"
        return f"unknown: {entries} that cannot be dealt to its messages"
    if not verdict_count:
        return "no published verdict"
    return f"unknown: {verdict_count:,} of {message_count:,} messages have a verdict"
