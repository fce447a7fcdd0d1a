"""A page is there before its index, follows the build, and takes the index up without a click."""

import os
import re
import signal
import sys
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from queries.store.index_progress import read_index_progress
from queries.store.layout import StorePath
from queries.store.write_lock import write_lock
from tests.e2e.support.page import go, settled
from tests.support.dashboard_process import started
from tests.support.paths import ROOT
from tests.support.processes import until

HELD = """
import sys, time
from pathlib import Path
from queries.search import embedder
from tests.support.fake_embedder import {base}

GATE = Path({gate!r})

class Held({base}):
    def __init__(self, *_, **__):
        super().__init__()
        self.count = 0

    def wait(self):
        while int(GATE.read_text()) <= self.count:
            time.sleep(0.01)
        self.count += 1

    def embed_documents(self, texts):
        self.wait()
        return super().embed_documents(texts)

    def embed_tokens(self, ids):
        self.wait()
        return super().embed_tokens(ids)

embedder.SentenceEmbedder = Held
if any("index.background" in argument for argument in sys.orig_argv):
    from queries.prepare.index import distinct_prompts, quick_step
    distinct_prompts.BUCKET_PROMPTS = 4
    quick_step._seconds_per_prompt = lambda *_: 100.0
"""
"""Puts a dictionary in place of the model, which is at work so many times as a file says."""


class Gate:
    """How many times the model of a build may embed: prompts, of buckets of four, or tokens."""

    def __init__(self, folder):
        self.path = folder / "gate"

    def open_to(self, count):
        partial = self.path.with_suffix(".partial")
        partial.write_text(str(count))
        partial.replace(self.path)


@pytest.fixture(params=["DictionaryEmbedder"])
def gate(request, tmp_path):
    gate = Gate(tmp_path)
    held = HELD.format(gate=str(gate.path), base=request.param)
    (tmp_path / "sitecustomize.py").write_text(held)
    gate.open_to(0)
    return gate


def serving(store, tmp_path):
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    return started(
        [*command, "--store", str(store), "--build-index", "meaning"],
        tmp_path / "log",
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        },
    )


def text_of_build(page, text):
    """Where a text about the build stands in the page, and in the sidebar."""
    return [
        page.get_by_test_id(place).locator(".text").get_by_text(re.compile(text))
        for place in ("stMain", "stSidebar")
    ]


def expect_build(page, text):
    for place in text_of_build(page, text):
        expect(place).to_be_visible()


def test_the_index_comes_to_an_open_page_and_its_build_survives_a_restart(
    page, accepted_store, gate, tmp_path
):
    store = StorePath(accepted_store)
    box = page.get_by_role("textbox", name="Search", exact=True)
    with write_lock(store), serving(accepted_store, tmp_path) as url:
        go(page, url)
        expect(page.locator(".st-key-sidebar_index")).to_contain_text("about to be built")
        expect(page.get_by_test_id("stMetric").first).to_be_visible()
        go(page, f"{url}/search")
        expect_build(page, "about to be built")
        expect(box).to_have_count(0)
        page.goto("about:blank")  # What follows a build asks the server for it all the time.

    with serving(accepted_store, tmp_path) as url:
        go(page, f"{url}/search")
        expect_build(page, r"Step 7 of 10, embedding prompts: 0 %\.")
        expect(box).to_be_visible()
        box.fill("raining")
        box.press("Enter")
        expect(page.get_by_text("1–1 of 1 conversation")).to_be_visible()
        before = box.bounding_box()
        gate.open_to(1)
        expect_build(page, r"embedding prompts: 27 %, less than 1 min left\.")
        settled(page)
        assert box.bounding_box() == before
        bar = page.get_by_test_id("stMain").get_by_role("progressbar")
        expect(bar).to_have_js_property("value", 4 / 15)
        live = page.get_by_test_id("stMain").locator("[aria-live=polite]").last
        expect(live).to_have_text("Search index: Step 7 of 10, embedding prompts, 25 %")
        page.goto("about:blank")

    gate.open_to(0)
    with serving(accepted_store, tmp_path) as url:
        go(page, f"{url}/search?q=raining")
        expect_build(page, r"embedding prompts: 27 %\.")
        expect(page.get_by_text("1–1 of 1 conversation")).to_be_visible()
        gate.open_to(99)
        expect(page.get_by_text("the others are close in meaning")).to_be_visible()
        for place in text_of_build(page, "."):
            expect(place).to_have_count(0)
        expect(page.get_by_text("newer version")).to_have_count(0)
        until(lambda: "the search index is complete" in (tmp_path / "log").read_text())


@pytest.mark.parametrize("gate", ["TokenDictionary"], indirect=True)
def test_quick_vectors_come_after_words_and_those_of_the_model_replace_them(
    page, accepted_store, gate, tmp_path
):
    store = StorePath(accepted_store)
    box = page.get_by_role("textbox", name="Search", exact=True)
    quick = page.get_by_text("Quick vectors, an approximation of dictionary")
    by_meaning = page.get_by_text("the others are close in meaning")
    with ExitStack() as before_the_build:
        before_the_build.enter_context(write_lock(store))
        with serving(accepted_store, tmp_path) as url:
            go(page, f"{url}/search")
            expect_build(page, "about to be built")
            expect(box).to_have_count(0)
            before_the_build.close()
            expect_build(page, r"Step 7 of 16, quick vectors: embedding tokens: 0 %\.")
            box.fill("raining")
            box.press("Enter")
            expect(page.get_by_text("1–1 of 1 conversation")).to_be_visible()
            gate.open_to(1)
            expect_build(page, r"Step 8 of 16, quick vectors: comparing with the model: 0 %\.")
            # In the middle of the quick step.
            os.kill(read_index_progress(store).process, signal.SIGKILL)
            expect(page.get_by_text("The process was killed")).to_be_visible()
            expect(page.get_by_text("1–1 of 1 conversation")).to_be_visible()
            page.goto("about:blank")

    gate.open_to(0)
    with serving(accepted_store, tmp_path) as url:
        go(page, f"{url}/search?q=raining")
        # The tokens are not embedded again.
        expect_build(page, r"Step 8 of 16, quick vectors: comparing with the model: 0 %\.")
        expect(page.get_by_text("1–1 of 1 conversation")).to_be_visible()
        expect(quick).to_have_count(0)
        gate.open_to(1)
        expect(by_meaning).to_be_visible()
        expect(quick).to_be_visible()
        expect_build(page, r"Step 13 of 16, embedding prompts: 0 %\.")
        expect(box).to_have_value("raining")
        os.kill(read_index_progress(store).process, signal.SIGKILL)
        expect(page.get_by_text("The process was killed")).to_be_visible()
        expect(quick).to_be_visible()
        page.goto("about:blank")

    with serving(accepted_store, tmp_path) as url:
        # Quick vectors are not made again, so the model is next.
        go(page, f"{url}/search?q=raining")
        expect_build(page, r"Step \d+ of \d+, embedding prompts: 27 %")
        expect(by_meaning).to_be_visible()
        expect(quick).to_be_visible()
        gate.open_to(99)
        expect(quick).to_have_count(0)
        expect(by_meaning).to_be_visible()
        expect(box).to_have_value("raining")
        for place in text_of_build(page, "."):
            expect(place).to_have_count(0)
        expect(page.get_by_text("newer version")).to_have_count(0)
        until(lambda: "the search index is complete" in (tmp_path / "log").read_text())
