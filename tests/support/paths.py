"""Where the repository and its bundled sample are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


SAMPLE = ROOT / "assets" / "sample" / "sample.parquet"
