#!/usr/bin/env bash
# Make sure that there is a Chromium for the tests and the benchmark. As root, installs Debian's; otherwise says
# what to install and fails. TIFFIN_CHROMIUM names another one.
set -euo pipefail

if [[ -n ${TIFFIN_CHROMIUM:-} ]]; then
  [[ -x $TIFFIN_CHROMIUM ]] || { echo "browsers: TIFFIN_CHROMIUM is no program: $TIFFIN_CHROMIUM" >&2; exit 1; }
  echo "Chromium: found at $TIFFIN_CHROMIUM"
  exit 0
fi
if found=$(command -v chromium); then
  echo "Chromium: found at $found"
  exit 0
fi
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "browsers: Chromium is missing. Install it, on Debian with: sudo apt-get install chromium" >&2
  echo "browsers: or set TIFFIN_CHROMIUM to the path of one." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends chromium fonts-dejavu-core >/dev/null
echo "Chromium: installed at $(command -v chromium)"
