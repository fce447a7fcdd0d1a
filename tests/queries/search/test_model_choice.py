"""The model of a new index, from options and settings."""

import pytest

from queries.errors import UsageError
from queries.search.model_choice import ModelChoice, choose_model
from queries.settings import Settings


def test_the_choice_comes_from_options_and_settings(monkeypatch):
    assert choose_model("http://h/v1", "m") == ModelChoice("http://h/v1#m")
    assert choose_model("http://h/v1#old", "m", 64) == ModelChoice("http://h/v1#m", 64)
    with pytest.raises(UsageError, match="--endpoint-model NAME"):
        choose_model("http://h/v1")
    with pytest.raises(UsageError, match="--model http://HOST:PORT/v1"):
        choose_model("multilingual", "m")
    assert choose_model() == ModelChoice(Settings().model)
    monkeypatch.setenv("CHATSCAPE_MODEL", "https://h/v1/#m")
    monkeypatch.setenv("CHATSCAPE_MODEL_DIMENSIONS", "256")
    assert choose_model() == ModelChoice("https://h/v1/#m", 256)
