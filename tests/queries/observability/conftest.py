"""The pages write to the log too: they are opened as in `tests/app`."""

from tests.app.support.opening import no_search_for_components as no_search_for_components
from tests.app.support.opening import on_this_machine as on_this_machine
from tests.app.support.opening import opened as opened
