# Sourced by demo and test: brings what the machine lacks, asking before it uses sudo. POSIX sh.
# The caller sets ROOT and YES (0 or 1).

say() { printf '%s\n' "$*" >&2; }
die() { say "Error: $1"; say "Try: $2"; exit 3; }

have_command() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
have_package() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# as_root WHAT COMMAND...: runs it as root, by sudo with consent where we are somebody else; WHAT is what people read.
as_root() {
  what=$1
  shift
  if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
  have_command sudo || die "this needs root, and there is no sudo: $what" "as root: $what; then start again"
  if [ "$YES" -ne 1 ]; then
    printf 'Run with sudo: %s ? [y/N] ' "$what" >&2
    read -r answer || answer=n
    case "$answer" in y | Y | yes) ;; *) die "not allowed to run: $what" "sudo $what; then start again. Or pass --yes" ;; esac
  fi
  sudo "$@"
}

# need_packages PACKAGE...: installs the Debian packages that are missing.
need_packages() {
  missing=
  for package in "$@"; do have_package "$package" || missing="$missing $package"; done
  [ -n "$missing" ] || return 0
  have_command apt-get || die "missing:$missing" "install the same programs by your system's package manager"
  say "Installing from the distribution:$missing"
  # shellcheck disable=SC2086
  as_root "apt-get install$missing" sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null' sh $missing ||
    die "apt-get could not install:$missing" "look at the lines above; a mirror may be down"
}

need_node() {
  have_command node || die "Node is missing" "install Node 20 or later with npm (https://nodejs.org)"
  have_command npm || die "npm is missing" "install npm beside Node"
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || die "Node $(node --version) is too old to install with" "install Node 20 or later; Node 24 itself comes from npm"
}

# npm ci, with a line about its progress every few seconds: it says nothing by itself, and may take minutes.
install_npm_packages() {
  total=$(grep -c '^    "node_modules/' "$ROOT/package-lock.json" || true)
  (cd "$ROOT" && exec npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) &
  npm_pid=$!
  trap 'kill "$npm_pid" 2>/dev/null; exit 130' INT TERM
  seconds=0
  while kill -0 "$npm_pid" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % ${PROGRESS_EVERY:-5})) -eq 0 ] || continue
    found=$(find "$ROOT/node_modules" -maxdepth 3 -name package.json 2>/dev/null | wc -l)
    say "  $((found)) of about $total packages are there after $seconds s"
  done
  trap - INT TERM
  wait "$npm_pid"
}

# Installs npm packages when the lock file changed, and puts the Node that came with them first on the PATH.
need_npm_packages() {
  need_node
  stamp="$ROOT/node_modules/.lineside-installed"
  if [ ! -f "$stamp" ] || ! cmp -s "$ROOT/package-lock.json" "$stamp"; then
    say "Installing npm packages (no install scripts are run)"
    install_npm_packages ||
      die "npm ci failed" "check the network or the registry (npm config get registry), then start again"
    cp "$ROOT/package-lock.json" "$stamp"
  fi
  PATH="$ROOT/node_modules/.bin:$PATH"
  export PATH
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' ||
    die "no Node 24 for $(uname -m) came with npm" "Lineside runs on x64 and arm64 with glibc; install Node 24 and start again"
}

build() {
  say "Building"
  (cd "$ROOT" && node node_modules/typescript/bin/tsc -b tsconfig.build.json) || die "the build failed" "look at the lines above"
}
