#!/usr/bin/env bash
# Make a virtual environment with the pinned versions: tools/venv.sh DIRECTORY
# Takes $PYTHON, else the newest of python3.13, python3.12, python3.11, python3 that really runs
# (a version manager's shim may exist and refuse), is 3.11 to 3.13 and brings what the desk needs.
set -euo pipefail
venv=${1:?directory of the virtual environment}

usable() {
    "$1" -c 'import ensurepip, ssl, sqlite3, sys, venv, zoneinfo
sqlite3.connect(":memory:").execute("create virtual table t using fts5(x)")
sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

works() { [ -x "$venv/bin/python" ] && usable "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

if ! works; then
    chosen=
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if usable "$candidate"; then chosen=$candidate && break; fi
    done
    if [ -z "$chosen" ]; then
        echo "No usable Python 3.11, 3.12 or 3.13 found (it needs venv, ssl, and sqlite3 with FTS5). Name one: make PYTHON=/path/to/python3.12 …" >&2
        exit 1
    fi
    echo "Making $venv with $("$chosen" --version) …" >&2
    "$chosen" -m venv --clear "$venv"
fi
echo "Installing the pinned versions into $venv …" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,backup,notify]'
# Bytecode now, whatever the caller's settings: the first start should not pay for compiling.
env -u PYTHONDONTWRITEBYTECODE -u PYTHONPYCACHEPREFIX "$venv/bin/python" -m compileall -q -j 0 "$venv"/lib/python3.*/site-packages helpdesk_tui >/dev/null 2>&1 || true
