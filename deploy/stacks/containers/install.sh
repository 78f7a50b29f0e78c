#!/bin/sh
# Installs a hash-locked requirements file into /opt/venv while an image is built: from the wheels
# that are beside it, or from the index that pip is told of.
set -eu

if ls ./*.whl >/dev/null 2>&1; then
    set -- "$1" --no-index --find-links .
fi
requirements=$1
shift
exec /opt/pip/bin/pip --python /opt/venv/bin/python install --quiet --no-cache-dir \
    --disable-pip-version-check --no-input --require-hashes --requirement "$requirements" "$@"
