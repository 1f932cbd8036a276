#!/bin/sh
# Install what pip cannot: pango for the PDF, Chromium for the browser tests, strace for the tests of crashes. Where that
# is not allowed, say so in one line and go on: the HTML editions need none of them.
set -u
wanted=""
for part in "$@"; do
  case "$part" in
    pdf)
      if ! python3 -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("pango-1.0"))' 2>/dev/null; then
        wanted="$wanted libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation"
      fi
      ;;
    trace)
      if ! command -v strace >/dev/null 2>&1; then wanted="$wanted strace"; fi
      ;;
    browser)
      if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
        wanted="$wanted chromium"
      fi
      ;;
  esac
done
[ -n "$wanted" ] || exit 0
as_root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root="no"; fi
fi
if [ "$as_root" = no ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "Not installed (needs root and apt-get):$wanted. The run goes on without: no PDF, no browser tests or no tests by strace."
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086
if $as_root apt-get update -qq >"$log" 2>&1 &&
  $as_root apt-get install -y -qq --no-install-recommends $wanted >>"$log" 2>&1; then
  echo "Installed:$wanted"
else
  echo "Could not install:$wanted. The run goes on without: no PDF, no browser tests or no tests by strace."
fi
rm -f "$log"
