#!/bin/sh
# Makes .venv from the hash-locked requirements, once. `make` calls it when they have changed.
#   sh deploy/tools/setup.sh STAMP      PYTHON: the interpreter to take instead of the newest on PATH
set -eu

stamp=$1
venv=.venv
log=$venv/install.log
requirements=requirements/dev.txt

say() { printf 'setup        │ %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null 2>&1 || fail "PYTHON=$PYTHON is not there"
        new_enough "$PYTHON" || fail "PYTHON=$PYTHON is $("$PYTHON" --version 2>&1), 3.11 or newer is needed"
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, found: $(python3 --version 2>&1 || echo none).
  Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: make … PYTHON=/path/to/python3.12"
}

python=$(find_python)
if ! { [ -x "$venv/bin/python" ] && new_enough "$venv/bin/python"; }; then
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "the module venv of $("$python" --version) is missing (Debian, Ubuntu: apt install python3-venv)"
    say "making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

count=$(grep -c '^[a-zA-Z0-9].*==' "$requirements")
say "installing $count packages, about a minute…"
started=$(date +%s)
"$venv/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes \
    --requirement "$requirements" >"$log" 2>&1 &
pip=$!
trap 'kill $pip 2>/dev/null; exit 130' INT TERM
ticks=0
while kill -0 "$pip" 2>/dev/null; do
    sleep 1
    ticks=$((ticks + 1))
    if [ $((ticks % 15)) -eq 0 ]; then
        say "$ticks s: $(tail -n 1 "$log" | cut -c 1-80)"
    fi
done
if ! wait "$pip"; then
    tail -n 20 "$log" >&2
    fail "the installation failed; the whole log is in $log"
fi
say "installed in $(($(date +%s) - started)) s"
: >"$stamp"
