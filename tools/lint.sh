#!/usr/bin/env bash
# Every check that reads the source without running it: tools/lint.sh VENV. Runs all of them, then says which failed.
set -uo pipefail
bin=${1:?directory of the virtual environment}/bin
typed=(helpdesk_tui tools)
[ -d bench ] && typed+=(bench)
failed=()

check() {
    local name=$1
    shift
    echo "── $name"
    "$@" || failed+=("$name")
}

check "ruff" "$bin/ruff" check .
check "ruff format" "$bin/ruff" format --check --quiet .
check "mypy" "$bin/mypy" "${typed[@]}"
check "rooms" "$bin/lint-imports" --no-logo
check "inert text and SQL" "$bin/python" -m tools.inert_lint helpdesk_tui
check "licences" "$bin/python" -m tools.licences
check "size" "$bin/python" -m tools.size

if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: failed: %s\n' "${failed[@]}"
    exit 1
fi
echo "lint: all checks passed"
