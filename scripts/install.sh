#!/bin/sh
# Make .venv from the hashed lock: by uv when present, else by venv and pip.
set -eu
python="${1:?usage: install.sh PYTHON}"
"$python" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' || {
  echo "market-profile needs Python 3.11 or 3.12; found $("$python" --version 2>&1)" >&2
  exit 2
}
if command -v uv >/dev/null 2>&1; then
  test -x .venv/bin/python || uv venv --quiet --python "$python" .venv
  uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  test -x .venv/bin/python || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
fi
env -u PYTHONDONTWRITEBYTECODE PYTHONPATH=. .venv/bin/python scripts/warm.py >/dev/null 2>&1 || true
echo "Installed into .venv"
