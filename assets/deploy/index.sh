#!/bin/sh
# What the service `index` of compose.yaml does: builds the search index that CHATSCAPE_INDEX names.
set -eu
case "${CHATSCAPE_INDEX:-meaning}" in
    meaning) exec chatscape index --store /store ;;
    quick) exec chatscape index --store /store --quick-only ;;
    words) exec chatscape index --store /store --words-only ;;
    none) echo "There is no search index: CHATSCAPE_INDEX is none." ;;
    *)
        echo "CHATSCAPE_INDEX must be meaning, quick, words or none; '$CHATSCAPE_INDEX' is not." >&2
        exit 2
        ;;
esac
