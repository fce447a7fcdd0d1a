"""`chatscape serve` goes by what it was given, not by what lies in the folder it starts in."""

import json
import os
import subprocess
import sys
import tomllib

from queries.cli import serve
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.model_choice import ModelChoice
from queries.store.layout import StorePath
from tests.support import server
from tests.support.dashboard_process import started
from tests.support.embeddings_server import embeddings_server
from tests.support.paths import ROOT

SERVE = [sys.executable, "-P", "-c", "from queries.cli import main; main()", "serve"]
FOREIGN = """
[server]
baseUrlPath = "elsewhere"
enableStaticServing = true
enableAgentApi = true
enableCORS = false
enableXsrfProtection = false
sslCertFile = "nowhere.pem"
sslKeyFile = "nowhere.key"
trustedUserHeaders = {"X-Somebody" = "email"}
[theme]
base = "nowhere.toml"
[client]
showErrorDetails = "full"
"""

OPTIONS = """
import json, sys
from streamlit import config
config._main_script_path = sys.argv[1]
options = config.get_config_options()
print(json.dumps({name: [option.value, option.where_defined] for name, option in options.items()}))
"""

OF_NO_WEIGHT = {
    # Given on the command line by `chatscape serve`, or kept by the gate of the app.
    *("server.address", "server.port", "server.headless", "server.cookieSecret"),
    *("browser.serverAddress", "browser.serverPort", "server.customComponentBaseUrlPath"),
    # Limits and looks: what an account does to its own dashboard.
    *("global.suppressDeprecationWarnings", "global.minCachedMessageSize"),
    *("global.maxCachedMessageAge", "global.showWarningOnDirectExecution"),
    *("logger.messageFormat", "client.disableDataExport", "runner.magicEnabled"),
    *("runner.fastReruns", "runner.enforceSerializableSessionState", "runner.enumCoercion"),
    *("runner.parallelMaxWorkers", "runner.cacheBackgroundRefreshMaxWorkers"),
    *("runner.cacheBackgroundRefreshTTLMultiplier", "runner.connectionDefaultTTL"),
    *("runner.cacheHashSeed", "server.folderWatchBlacklist", "server.maxCacheDataSize"),
    *("server.showEmailPrompt", "server.websocketPingInterval", "server.maxWidgetStateSize"),
    *("server.disconnectedSessionTTL", "server.agentWaitTimeout", "server.agentSessionTTL"),
    *("server.agentMaxSessions", "server.agentPreviewRows", "ui.hideTopBar"),
    *("server.enableWebsocketCompression", "server.xsrfCookieSameSite"),
    *("magic.displayRootDocString", "magic.displayLastExprIfNoSemicolon"),
}


def test_nothing_in_the_starting_folder_counts(own_folder, tmp_path):
    """Neither options and secrets of Streamlit nor modules that have the names of others."""
    folder = tmp_path / "elsewhere"
    (folder / ".streamlit").mkdir(parents=True)
    (folder / ".streamlit" / "config.toml").write_text(FOREIGN)
    (folder / ".streamlit" / "secrets.toml").write_text("[auth]\ncookie_secret = 'known'\n")
    for name in ("streamlit", "uvicorn", "sitecustomize"):
        (folder / f"{name}.py").write_text("raise SystemExit('a foreign module')\n")
    own_folder.rename(folder / "store")
    (folder / "secret").write_text("0123456789abcdef" * 4)
    environment = os.environ | {
        "CHATSCAPE_SIGN_IN": "proxy",
        "CHATSCAPE_PROXY_SECRET_FILE": "secret",
        "CHATSCAPE_STATE": "sqlite:///state.sqlite",
    }
    command = [*SERVE, "--store", "store"]
    with started(command, tmp_path / "log", cwd=folder, env=environment) as url:
        host = url.removeprefix("http://")
        status, facts = server.health(host)
        for _ in range(30):  # A busy machine may not open the store within the limit of one check.
            if "did not answer" in facts.get("problem", ""):
                status, facts = server.health(host)
        assert (status, facts["status"]) == (200, "ok")
        assert server.fetch(f"{host}/_stcore/host-config")[0] == 403
    assert "a foreign module" not in (tmp_path / "log").read_text()


def options_with(home, folder) -> dict[str, list]:
    """Streamlit's options as the dashboard has them, in a home and a starting folder."""
    app = ROOT / "dashboard" / "server.py"
    command = [sys.executable, "-c", OPTIONS, str(app)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"HOME": str(home)}, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def test_every_option_that_protects_is_set_by_the_dashboard():
    """A new version of Streamlit may bring options: each is to be set, or found of no weight."""
    own = tomllib.loads((ROOT / "dashboard" / ".streamlit" / "config.toml").read_text())
    ours = {f"{section}.{name}" for section, options in own.items() for name in options}
    there_are = options_with(ROOT, ROOT / "dashboard")
    others = {name for name in there_are if not name.startswith(("theme.", "_test.", "deprecated"))}
    assert others - ours == OF_NO_WEIGHT
    assert not ours & OF_NO_WEIGHT


def test_options_in_the_home_of_an_account_do_not_take_protection_away(tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text(FOREIGN.partition("[theme]")[0])
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth]\ncookie_secret = 'known'\n")
    options = options_with(tmp_path, ROOT / "dashboard")
    for name, value in {
        "server.baseUrlPath": "",
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.sslCertFile": "",
        "server.sslKeyFile": "",
        "server.trustedUserHeaders": {},
        "client.showErrorDetails": "none",
        "secrets.files": [],
    }.items():
        assert options[name][0] == value, name


def test_it_says_that_texts_will_leave_for_an_endpoint(own_folder, capsys, monkeypatch):
    path = StorePath(own_folder)
    monkeypatch.setenv("CHATSCAPE_MODEL", "http://localhost:1/v1#m")
    for kind in (None, "none", "words"):
        serve._announce_endpoint(path, kind)
    assert capsys.readouterr().err == ""
    serve._announce_endpoint(path, "meaning")
    assert capsys.readouterr().err.startswith(
        "Note: Texts leave this process: every user message, masked, is sent to "
        "http://localhost:1/v1#m while"
    )
    # With an index by an endpoint, queries are sent.
    monkeypatch.delenv("CHATSCAPE_MODEL")
    with embeddings_server() as endpoint:
        build_index(path, ModelChoice(endpoint.name).load, Silent())
    serve._announce_endpoint(path, None)
    assert endpoint.name in capsys.readouterr().err
