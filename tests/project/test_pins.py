"""What the image installs and is built with: by version, and by hash where that is possible."""

import re
import tomllib

from tests.support.paths import ROOT

HASH = r"    --hash=sha256:[0-9a-f]{64}.*\n"


def test_every_package_of_the_image_but_pytorch_has_hashes():
    text = (ROOT / "requirements-image.txt").read_text()
    blocks = re.findall(
        r"(?m)^([\w.-]+==\S+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", text
    )
    assert len(blocks) == len(re.findall(r"(?m)^\w", text)) > 80
    hashed = {pin.lower().replace("_", "-") for pin, _ in blocks}
    pins = (ROOT / "constraints.txt").read_text().lower().replace("_", "-").splitlines()
    assert hashed <= set(pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    requirements = [*project["dependencies"], *extras["search"], *extras["openid"]]
    names = {re.split(r"[<>=!~ \[]", requirement)[0].lower() for requirement in requirements}
    assert names - {pin.partition("==")[0] for pin in hashed} == {"torch"}
    assert "--no-deps --require-hashes" in (ROOT / "Dockerfile").read_text()


def test_the_build_backend_is_pinned_with_all_that_it_needs():
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert requires[0].startswith("hatchling==")
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", requirement) for requirement in requires)
