"""The language of a query is guessed where its letters or its words tell it."""

import pytest

from queries.text.language_guess import guess_language
from tests.bench.known_items import known_items, real_known_items


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how do I cook an egg", "English"),
        ("wie koche ich ein Ei", "German"),
        ("Grüße und Maßeinheiten", "German"),
        ("comment cuire un œuf", "French"),
        ("cómo se cuece un huevo", "Spanish"),
        ("¿huevo?", "Spanish"),
        ("qual é a receita de pão", "Portuguese"),
        ("jak ugotować jajko", "Polish"),
        ("miten muna keitetään", "Finnish"),
        ("cara merebus telur dengan air", "Indonesian"),
        ("luộc trứng", "Vietnamese"),
        ("как сварить яйцо", "Russian"),
        ("рекурсия в Python", "Russian"),
        ("як зварити яйце українською їжа", "Ukrainian"),
        ("卵の茹で方", "Japanese"),
        ("怎么煮鸡蛋", "Chinese"),
        ("달걀 삶는 법", "Korean"),
        ("วิธีต้มไข่", "Thai"),
        ("كيف تسلق بيضة", "Arabic"),
        ("چگونه تخم مرغ بپزم", "Persian"),
        ("machine learning recipe", None),
        ("Python 3.11 Ω", None),
        ("", None),
        ("🥚 42", None),
    ],
)
def test_a_language_is_guessed(text, language):
    assert guess_language(text) == language


def test_guesses_at_known_items_are_mostly_right_and_seldom_wrong():
    items = [*known_items(), *real_known_items()]
    guesses = [(item.asked, guess_language(item.query)) for item in items]
    right = sum(asked == guess for asked, guess in guesses)
    wrong = sum(guess not in (asked, None) for asked, guess in guesses)
    assert right >= 0.8 * len(items)
    assert wrong <= 0.02 * len(items)
