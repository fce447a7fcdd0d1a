"""The image, compose.yaml and what its services run: what keeps data in, without an engine."""

import os
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from dashboard.web.proxy_auth import OPEN_PATHS
from dashboard.web.security_headers import HEADERS
from queries.settings import Settings, variable
from tests.support.compose_file import COMPOSE, composed, dotenv, interpolated
from tests.support.paths import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = (ROOT / "assets" / "deploy" / "Caddyfile").read_text()
HASH = "$2a$14$" + "A" * 53
REAL = {
    "CHATSCAPE_DATA": "/srv/data",
    "CHATSCAPE_HOST": "chatscape.example.org",
    "CHATSCAPE_PASSWORD_HASH": HASH,
}
OURS = ("prepare", "index", "app")


@pytest.fixture(params=[{}, REAL], ids=["sample", "real"])
def services(request):
    return composed(request.param)["services"]


def test_interpolation_is_that_of_compose():
    """Examples of its reference."""
    for text, expected in (
        ("${A}", "a"),
        ("${B:-b}", "b"),
        ("${E:-b}", "b"),
        ("${A:+b}", "b"),
        ("${E:+b}", ""),
        ("${B:-${A}}", "a"),
        ("${B:-${C:-c}}/x", "c/x"),
        ("$$${A}$$", "$a$"),
    ):
        assert interpolated(text, {"A": "a", "E": ""}) == expected
    with pytest.raises(ValueError, match="not understood"):
        interpolated("${A:?b}", {})


def test_nobody_but_the_proxy_is_reached_from_outside(services):
    networks = composed({})["networks"]
    assert networks["inside"]["internal"] is True
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert services["caddy"]["ports"] == ["80:80", "443:443"]
    assert list(services["app"]["networks"]) == ["inside"]
    assert services["prepare"]["network_mode"] == services["index"]["network_mode"] == "none"
    assert set(services["caddy"]["networks"]) == {"inside", "outside"}


def test_metrics_are_on_the_inner_network_alone(services):
    app = services["app"]
    assert app["environment"]["CHATSCAPE_METRICS_PORT"] == "9100"
    address = app["environment"]["CHATSCAPE_METRICS_HOST"]
    assert address == app["networks"]["inside"]["ipv4_address"]


def test_the_app_believes_the_address_of_the_proxy_alone(services):
    inside = {
        name: services[name]["networks"]["inside"]["ipv4_address"] for name in ("app", "caddy")
    }
    assert services["app"]["environment"]["CHATSCAPE_PROXIES"] == inside["caddy"] != inside["app"]
    assert services["app"]["environment"]["CHATSCAPE_SIGN_IN"] == "proxy"
    assert "header_up X-Chatscape-User {http.auth.user.id}" in CADDYFILE
    assert "header_up -X-Chatscape-Groups" in CADDYFILE


def test_every_service_has_no_rights_that_it_does_not_need(services):
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
        assert service["pids_limit"]
        assert "privileged" not in service
        assert "user" not in service


def test_raw_data_is_read_only_and_for_one_service_alone(services):
    for name in OURS:
        volumes = services[name]["volumes"]
        assert "store:/store" in volumes
        assert [v for v in volumes if ":/data" in v] == (
            [v for v in volumes if v.endswith(":/data:ro")] if name == "prepare" else []
        )
        may_write = {"store:/store"} | ({"secret:/secret"} if name == "prepare" else set())
        assert all(v.endswith(":ro") for v in volumes if v not in may_write)


def test_the_sample_needs_nothing_and_three_lines_make_it_real():
    sample, real = composed({}), composed(REAL)
    assert "./assets/sample:/data:ro" in sample["services"]["prepare"]["volumes"]
    assert "/srv/data:/data:ro" in real["services"]["prepare"]["volumes"]
    assert sample["services"]["caddy"]["environment"]["CHATSCAPE_HOST"] == "localhost"
    assert real["services"]["app"]["command"][-1] == "chatscape.example.org"
    assert real["services"]["caddy"]["environment"]["CHATSCAPE_PASSWORD_HASH"] == HASH
    # A store of its own each: the published password opens none of real data.
    assert sample["volumes"]["store"]["name"] == "chatscape-store"
    assert real["volumes"]["store"]["name"] == "chatscape-store-of-data"


def test_the_published_password_is_none_with_real_data():
    caddy = composed({"CHATSCAPE_DATA": "/srv/data"})["services"]["caddy"]["environment"]
    assert caddy["CHATSCAPE_PASSWORD_HASH"] == "/srv/data"


def test_a_reader_is_there_if_there_is_a_password():
    assert composed({})["services"]["caddy"]["environment"]["CHATSCAPE_READER"] == ""
    caddy = composed({"CHATSCAPE_READER_PASSWORD_HASH": HASH})["services"]["caddy"]
    assert caddy["environment"]["CHATSCAPE_READER"] == f"reader {HASH}"


def test_the_lines_of_an_env_file_are_as_the_first_lines_of_compose_say():
    example = "\n".join(re.findall(r"#   (CHATSCAPE_\S+)", COMPOSE.read_text()))
    variables = dotenv(example)
    assert set(variables) == set(REAL)
    assert variables["CHATSCAPE_PASSWORD_HASH"].startswith("$2a$14$")
    assert dotenv(f"A={HASH}")["A"] != HASH


def run_script(name: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Run what a service runs; `chatscape` prints what it was asked for."""
    stand_in = folder / "chatscape"
    stand_in.write_text('#!/bin/sh\necho "chatscape $*"\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        ["sh", "-eu", str(ROOT / "assets" / "deploy" / name)],
        env={"PATH": f"{folder}:{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def prepare_environment(env: dict[str, str]) -> dict[str, str]:
    settings = composed(env)["services"]["prepare"]["environment"]
    return {name: settings[name] for name in ("CHATSCAPE_DATA", "CHATSCAPE_PASSWORD_HASH")}


@pytest.mark.parametrize("env", [{}, {"CHATSCAPE_PASSWORD_HASH": HASH}, REAL])
def test_the_store_is_prepared(tmp_path, env):
    code, output, _ = run_script("prepare.sh", tmp_path, **prepare_environment(env))
    assert (code, output) == (0, "chatscape prepare /data --store /store")


def test_the_proxy_and_the_app_share_a_secret_that_nobody_else_has(services, tmp_path):
    file = services["app"]["environment"]["CHATSCAPE_PROXY_SECRET_FILE"]
    assert file == services["prepare"]["environment"]["CHATSCAPE_PROXY_SECRET_FILE"]
    assert file == services["caddy"]["environment"]["CHATSCAPE_PROXY_SECRET_FILE"]
    for name, volume in (("prepare", "secret:/secret"), ("app", "secret:/secret:ro")):
        assert volume in services[name]["volumes"]
    assert "secret:/secret:ro" in services["caddy"]["volumes"]
    assert not [v for v in services["index"]["volumes"] if "secret" in v]
    assert 'header_up X-Chatscape-Secret "{$CHATSCAPE_PROXY_SECRET}"' in CADDYFILE
    assert "-m 0755 /secret" in DOCKERFILE


def test_the_secret_is_made_once_and_handed_to_caddy(tmp_path):
    file = tmp_path / "secret"
    environment = {"CHATSCAPE_PROXY_SECRET_FILE": str(file)}
    assert run_script("prepare.sh", tmp_path, **environment)[0] == 0
    secret = file.read_text()
    assert re.fullmatch(r"[0-9a-f]{64}\n", secret)
    # Caddy runs as a user of its own, and the volume is for these two services alone.
    assert file.stat().st_mode & 0o777 == 0o444
    assert run_script("prepare.sh", tmp_path, **environment)[0] == 0
    assert file.read_text() == secret
    caddy = tmp_path / "caddy"
    caddy.write_text('#!/bin/sh\necho "$* $CHATSCAPE_PROXY_SECRET"\n')
    caddy.chmod(0o755)
    code, output, _ = run_script("caddy.sh", tmp_path, **environment)
    command = "run --config /etc/caddy/Caddyfile --adapter caddyfile"
    assert (code, output) == (0, f"{command} {secret.strip()}")
    file.unlink()
    code, _, complaint = run_script("caddy.sh", tmp_path, **environment)
    assert code != 0
    assert "docker compose up" in complaint


def test_real_data_is_not_prepared_behind_a_password_that_everybody_can_read(tmp_path):
    published = composed({})["services"]["caddy"]["environment"]["CHATSCAPE_PASSWORD_HASH"]
    assert re.fullmatch(r"\$2a\$14\$[./\w]{53}", published)
    for wrong, reason in (
        ("", "needs a password of its own"),
        (published, "needs a password of its own"),
        (dotenv(f"A={HASH}")["A"], "single quotes"),
    ):
        env = prepare_environment(REAL | {"CHATSCAPE_PASSWORD_HASH": wrong})
        code, output, complaint = run_script("prepare.sh", tmp_path, **env)
        assert (code, output) == (2, "")
        assert reason in complaint


def test_nothing_is_served_until_it_is_prepared(services):
    for name in ("app", "index"):
        done = services[name]["depends_on"]["prepare"]["condition"]
        assert done == "service_completed_successfully"
    assert services["caddy"]["depends_on"]["app"]["condition"] == "service_healthy"
    assert "restart" not in services["prepare"]


@pytest.mark.parametrize(
    ("env", "output"),
    [
        ({}, "chatscape index --store /store"),
        (REAL, "chatscape index --store /store --quick-only"),
        (REAL | {"CHATSCAPE_INDEX": "words"}, "chatscape index --store /store --words-only"),
        (REAL | {"CHATSCAPE_INDEX": "meaning"}, "chatscape index --store /store"),
        (REAL | {"CHATSCAPE_INDEX": "none"}, "There is no search index: CHATSCAPE_INDEX is none."),
    ],
)
def test_the_index_that_was_asked_for_is_built(tmp_path, env, output):
    index = composed(env)["services"]["index"]["environment"]["CHATSCAPE_INDEX"]
    assert run_script("index.sh", tmp_path, CHATSCAPE_INDEX=index)[:2] == (0, output)


def test_an_index_that_does_not_exist_is_refused(tmp_path):
    code, _, complaint = run_script("index.sh", tmp_path, CHATSCAPE_INDEX="all")
    assert code == 2
    assert "must be meaning, quick, words or none; 'all' is not" in complaint


def test_the_image_is_pinned_and_runs_as_nobody_in_particular():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm(@sha256:[0-9a-f]{64})?", bases[0])
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.M) == ["10001:10001"]
    assert re.search(r"uv==\d+\.\d+\.\d+", DOCKERFILE)
    assert "-c constraints.txt" in DOCKERFILE
    assert re.search(r"^STOPSIGNAL SIGTERM$", DOCKERFILE, re.M)
    assert re.fullmatch(
        r"caddy:2\.\d+\.\d+-alpine(@sha256:[0-9a-f]{64})?",
        composed({})["services"]["caddy"]["image"],
    )


def test_the_image_holds_no_secret_and_listens_to_nobody_by_itself():
    for text in (DOCKERFILE, (ROOT / ".dockerignore").read_text()):
        assert not re.search(r"(?i)\b(password|secret|token)\b\s*=", text)
    assert "--allow-public" not in DOCKERFILE + COMPOSE.read_text()


def test_the_health_check_needs_no_password():
    (path,) = re.findall(r"http://127\.0\.0\.1:8501(/[\w/]+)", DOCKERFILE)
    assert path in OPEN_PATHS


def test_only_what_is_listed_goes_into_the_image():
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        *("assets", "dashboard", "queries"),
        *("LICENSE", "README.md", "constraints.txt", "pyproject.toml", "requirements-image.txt"),
    }


def test_the_headers_of_the_proxy_are_those_of_the_dashboard():
    for name, value in HEADERS.items():
        assert f'{name} "{value}"' in CADDYFILE
        assert f"header_down -{name}" in CADDYFILE


def test_every_variable_that_a_container_is_given_is_known(services):
    known = {variable(setting.name) for setting in fields(Settings)}
    scripts = "".join(path.read_text() for path in (ROOT / "assets" / "deploy").glob("*.sh"))
    of_scripts = set(re.findall(r"CHATSCAPE_[A-Z_]+", scripts))
    for name in OURS:
        given = set(services[name]["environment"])
        assert given <= known | (of_scripts if name != "app" else set()), name
    of_caddy = set(re.findall(r"\{\$(CHATSCAPE_[A-Z_]+)", CADDYFILE)) | of_scripts
    assert set(services["caddy"]["environment"]) <= of_caddy


def test_make_and_the_image_install_with_the_same_uv():
    match = re.search(r"(?m)^UV := (\S+)$", (ROOT / "Makefile").read_text())
    assert f"uv=={match[1]}" in (ROOT / "Dockerfile").read_text()
