# Shared by ./run and ./test: installs what is missing from Debian and builds. To be sourced from the repository's root.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

# Installs those of the given Debian packages that are missing; says which. Uses sudo when not root.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    say "These Debian packages are missing, and there is no apt-get here to install them:"
    say "  ${missing[*]}"
    exit 1
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "These Debian packages are missing. Install them as root, then call this again:"
      say "  apt-get install --no-install-recommends ${missing[*]}"
      exit 1
    fi
    as_root=(sudo)
  fi
  say "Installing from Debian: ${missing[*]}"
  local log
  log=$(mktemp)
  # A list of packages that is old or absent is the usual reason for a failure: then it is fetched and the installation tried again.
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
      cat "$log" >&2
      say "The installation failed; the lines above say why."
      exit 1
    fi
  fi
  rm -f "$log"
}

# What composing, and everything but training, is built from.
build_packages=(cmake ninja-build g++ pkg-config libfluidsynth-dev timgm6mb-soundfont libsndfile1-dev libogg-dev libsoxr-dev libebur128-dev
  libcairo2-dev libuchardet-dev libxxhash-dev libkissfft-dev nlohmann-json3-dev libeigen3-dev libcli11-dev libtomlplusplus-dev libfmt-dev libcpp-httplib-dev)
training_packages=(libtorch-dev libgloo-dev libopenblas0-pthread)
sample_packages=(abcmidi)

# configure_and_build PRESET TARGET...: does nothing that is already done; shows the compiler's words only when something fails.
configure_and_build() {
  local preset=$1 log=build/$1.log
  shift
  mkdir -p build
  if [ ! -f "build/$preset/build.ninja" ]; then
    say "Configuring"
    cmake --preset "$preset" "${cmake_options[@]}" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  fi
  say "Building"
  if [ -t 2 ]; then
    NINJA_STATUS='[%f of %t] ' cmake --build --preset "$preset" --target "$@" 2>&1 | tee "$log" | stdbuf -oL tr '\n' '\r' >&2
    local status=${PIPESTATUS[0]}
    printf '\r\033[K' >&2
  else
    cmake --build --preset "$preset" --target "$@" >"$log" 2>&1 && status=0 || status=$?
  fi
  if [ "$status" -ne 0 ]; then
    tail -n 60 "$log" >&2
    say "The build failed; the lines above say why ($log has all of it)."
    exit 1
  fi
}
