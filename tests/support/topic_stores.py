"""Stores of prompts whose topics are known: four, by the directions of the dictionary model."""

from queries.prepare.topics.build import build_topics
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.index_builds import indexed
from tests.support.stores import prepare_store

SUBJECTS = {
    "cats": ("Why does my kitten sleep", "What food do cats like", "Is a cat a good pet"),
    "code": ("Write a python function", "Explain this python program", "Fix my javascript code"),
    "travel": ("Plan a trip to the city", "Which hotel and museum", "An itinerary for a trip"),
    "food": ("How to boil an egg", "A recipe for dinner with eggs", "Cook dinner from a recipe"),
}
"""Beginnings of prompts, by subject."""

PER_SUBJECT = 15


def subject_rows():
    """Rows with a prompt of 32 characters or more each, and the subject of each id."""
    rows, subjects = [], {}
    for s, (subject, beginnings) in enumerate(SUBJECTS.items()):
        for n in range(PER_SUBJECT):
            identifier = f"{s}{n:02d}" + "0" * 29
            text = f"{beginnings[n % 3]}, please tell me about number {n} of them all?"
            model = ("gpt-4", "vicuna-13b")[n % 2] if subject != "code" else "gpt-4"
            made = tiny_dataset.row("a", model, "English", text, "Gladly.")
            rows.append({**made, "conversation_id": identifier})
            subjects[identifier] = subject
    return rows, subjects


def topic_store(folder, rows, *, count=4, **options):
    """A prepared and indexed store with topics."""
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = StorePath(folder / "store")
    indexed(store)
    build_topics(store, Silent(), count=count, **options)
    return store
