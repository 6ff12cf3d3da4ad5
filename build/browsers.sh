#!/usr/bin/env bash
# Make sure of the browsers for the tests and the benchmark: Chromium, Firefox ESR, and WebKitGTK with its driver
# and an X display; and of curl, with which a test runs what the documentation says of scripts. As root, installs Debian's; otherwise says what to install and fails. TIFFIN_CHROMIUM and
# TIFFIN_FIREFOX name other ones.
set -euo pipefail

missing=()

# browser TITLE VARIABLE PROGRAM PACKAGE...: the variable names a program, or the program is on PATH.
browser() {
  local title=$1 variable=$2 program=$3 found
  shift 3
  if [[ -n ${!variable:-} ]]; then
    [[ -x ${!variable} ]] || { echo "browsers: $variable is no program: ${!variable}" >&2; exit 1; }
    echo "$title: found at ${!variable}"
  elif found=$(command -v "$program"); then
    echo "$title: found at $found"
  else
    missing+=("$@")
  fi
}

# MiniBrowser is not on PATH: it lies in a folder of WebKitGTK's own, named after the machine.
minibrowser() {
  compgen -G '/usr/lib/*/webkit2gtk-4.*/MiniBrowser' || true
}

browser Chromium TIFFIN_CHROMIUM chromium chromium fonts-dejavu-core
browser Firefox TIFFIN_FIREFOX firefox-esr firefox-esr
if command -v WebKitWebDriver >/dev/null && [[ -n $(minibrowser) ]]; then
  echo "WebKitGTK: found at $(command -v WebKitWebDriver)"
else
  missing+=(webkit2gtk-driver)
fi
command -v Xvfb >/dev/null && command -v xvfb-run >/dev/null || missing+=(xvfb)
command -v xauth >/dev/null || missing+=(xauth)
command -v curl >/dev/null || missing+=(curl)

[[ ${#missing[@]} -gt 0 ]] || exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "browsers: missing. Install, on Debian with: sudo apt-get install ${missing[*]}" >&2
  echo "browsers: or set TIFFIN_CHROMIUM or TIFFIN_FIREFOX to the path of another one." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "${missing[@]}" >/dev/null
echo "browsers: installed ${missing[*]}"
