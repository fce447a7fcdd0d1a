"""Who made the models of the dataset."""

from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.datasets.model_catalogue import model_catalogue

NAMES = [
    *(
        "alpaca-13b",
        "chatglm-6b",
        "claude-1",
        "claude-2",
        "claude-instant-1",
        "dolly-v2-12b",
        "fastchat-t5-3b",
    ),
    *("gpt-3.5-turbo", "gpt-4", "gpt4all-13b-snoozy", "guanaco-33b", "koala-13b", "llama-13b"),
    *("llama-2-13b-chat", "llama-2-7b-chat", "mpt-30b-chat", "mpt-7b-chat", "oasst-pythia-12b"),
    *(
        "palm-2",
        "RWKV-4-Raven-14B",
        "stablelm-tuned-alpha-7b",
        "vicuna-13b",
        "vicuna-33b",
        "vicuna-7b",
        "wizardlm-13b",
    ),
]
PROPRIETARY = ["claude-1", "claude-2", "claude-instant-1", "gpt-3.5-turbo", "gpt-4", "palm-2"]


def test_it_has_the_25_models_that_were_published():
    assert len(NAMES) == 25
    assert sorted(model_catalogue(LMSYS_CHAT.info).index) == sorted(NAMES)


def test_every_model_has_a_maker_and_is_open_or_proprietary():
    catalogue = model_catalogue(LMSYS_CHAT.info)
    assert catalogue.columns.tolist() == ["maker", "access"]
    assert all(isinstance(maker, str) and maker.strip() == maker for maker in catalogue["maker"])
    assert all(catalogue["maker"])
    closed = catalogue[catalogue["access"] == "proprietary"]
    assert sorted(closed.index) == PROPRIETARY
    assert set(catalogue["access"]) == {"open", "proprietary"}
