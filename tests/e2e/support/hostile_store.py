"""Conversations that want to break out of the page, and what a reader must see of them."""

from tests.app.support.conversations import ROWS
from tests.support import tiny_dataset
from tests.support.hostile_texts import HOSTILE_TEXTS

HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "![pixel](http://tracker.example/pixel.png)",
    '<svg onload="alert(1)">',
    "[click](javascript:alert(1))",
    "$\\href{javascript:alert(1)}{x}$ and $$\\frac{a}{b}$$",
    ":material/home: :red[red] :smile:",
    "</li></ol></div><h1>outside</h1>",
    "<style>* { display: none }</style>",
    '<iframe src="http://tracker.example/"></iframe>',
    '<link rel="stylesheet" href="http://tracker.example/x.css">',
    "'; drop table conversations; --",
    "\u202eesrever si siht",
    "a\u200bb\u2066c\ufeffd",
    "\x00\x1b[31mred",
    "W" * 20_000,
    "line\n" * 300,
    "مرحبا <b>world</b> שלום 123",
    "{{7*7}} ${7*7} #{7*7} %s %n \\u0000",
    "# heading\n| a | b |\n|---|---|\n| 1 | 2 |",
]
"""Texts, each the user message of a conversation of its own."""

LETTERS = "hijklmnopqrstuvwxyzABC"

HOSTILE_MODEL = (
    '<a href="//tracker.example">m</a>![i](http://tracker.example/i.png)[l](//e.co) $x^2$'
)

HOSTILE_ROWS = [
    tiny_dataset.row("D", HOSTILE_MODEL, "<i>Lang</i>", "hello", "hello"),
    *(
        tiny_dataset.row(letter, f"m{letter} <b>x</b>", "<i>Lang</i>", text, f"answer to {letter}")
        for letter, text in zip(LETTERS, HOSTILE, strict=False)
    ),
]

SHORT_CHARS = 6_000
SHORT = [text for text in HOSTILE_TEXTS.values() if len(text) <= SHORT_CHARS]
LONG = {name: text for name, text in HOSTILE_TEXTS.items() if len(text) > SHORT_CHARS}
RIGHT_TO_LEFT = "مرحبا بالعالم"
LONG_TEXT = "a line of words\n" * 6_250
"""100,000 characters."""

READING_ROWS = [
    *ROWS,
    tiny_dataset.row("T", HOSTILE_MODEL, "<i>Lang</i>", *SHORT),
    tiny_dataset.row("Z", HOSTILE_MODEL, "<i>Lang</i>", *LONG.values()),
    tiny_dataset.row("R", "gpt-4", "Arabic", RIGHT_TO_LEFT, "Hello."),
    tiny_dataset.row(
        "L", "gpt-4", "English", LONG_TEXT, "short", "[a page](http://a.example/b?c=d) here"
    ),
]
"""Conversations to be read, and two that hold all hostile texts as their messages."""
