"""The palette, and the theme that repeats it."""

import re
import tomllib
from pathlib import Path

import dashboard
from dashboard.charts.colours import PALETTE, colours_by_name

FOLDER = Path(dashboard.__file__).parent
THEME = tomllib.loads((FOLDER / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]


def test_models_have_the_colours_of_the_palette_in_turn():
    names = [f"m{n}" for n in range(len(PALETTE) + 1)]
    colours = colours_by_name(names)
    assert list(colours) == names
    assert colours["m0"] == colours[f"m{len(PALETTE)}"] == PALETTE[0]
    assert len(set(PALETTE)) == len(PALETTE)
    assert colours_by_name([]) == {}


def test_the_theme_has_the_colours_of_the_palette():
    assert tuple(THEME["chartCategoricalColors"]) == PALETTE
    assert not [name for side in ("light", "dark") for name in THEME[side] if "chart" in name]


def test_tags_of_filters_have_the_page_colour_of_the_theme():
    """The style sheet applies to the whole page, which has no variables of the theme."""
    light, dark = (THEME[side]["backgroundColor"] for side in ("light", "dark"))
    styles = (FOLDER / "components/scroll_reset.css").read_text(encoding="utf-8")
    assert f"light-dark({light}, {dark})" in styles


def test_no_other_style_sheet_repeats_a_colour_of_the_theme():
    theme = [value for side in ("light", "dark") for value in THEME[side].values()]
    colours = {value.lower() for value in theme if isinstance(value, str)} | set(PALETTE)
    repeated = {
        path.relative_to(FOLDER).as_posix(): colour
        for path in FOLDER.rglob("*.css")
        for colour in re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8").lower())
        if colour in colours and path.name != "scroll_reset.css"
    }
    assert not repeated
