#!/usr/bin/env bash
# Installs what is missing to build rill; with everything there it needs no network and no sudo.
# usage: script/setup.sh [NEED...]     (a need is a word of the table's first column)
set -euo pipefail

packages() {
    cat <<'TABLE'
need          apt-get          dnf                 pacman   zypper              apk                brew
compiler      build-essential  gcc                 gcc      gcc                 build-base         gcc
cmake         cmake            cmake               cmake    cmake               cmake              cmake
make          make             make                make     make                make               make
pkg-config    pkg-config       pkgconf-pkg-config  pkgconf  pkgconf-pkg-config  pkgconf            pkgconf
cjson         libcjson-dev     cjson-devel         cjson    cJSON-devel         cjson-dev          cjson
gsl           libgsl-dev       gsl-devel           gsl      gsl-devel           gsl-dev            gsl
sqlite        libsqlite3-dev   sqlite-devel        sqlite   sqlite3-devel       sqlite-dev         sqlite
check         check            check-devel         check    check-devel         check-dev          check
clang         clang            clang               clang    clang               clang              llvm
clang-format  clang-format     clang-tools-extra   clang    clang-tools         clang-extra-tools  clang-format
ccache        ccache           ccache              ccache   ccache              ccache             ccache
gnuplot       gnuplot-nox      gnuplot             gnuplot  gnuplot             gnuplot            gnuplot
mpi           libopenmpi-dev,openmpi-bin openmpi-devel    openmpi  openmpi4-devel      openmpi-dev,openmpi open-mpi
sdl           libsdl2-dev,libsdl2-ttf-dev,libpng-dev,fonts-dejavu-core SDL2-devel,SDL2_ttf-devel,libpng-devel,dejavu-sans-fonts sdl2,sdl2_ttf,libpng,ttf-dejavu libSDL2-devel,libSDL2_ttf-devel,libpng16-devel,dejavu-fonts sdl2-dev,sdl2_ttf-dev,libpng-dev,font-dejavu sdl2,sdl2_ttf,libpng
display       xvfb,xdotool xorg-x11-server-Xvfb,xdotool xorg-server-xvfb,xdotool xorg-x11-server-Xvfb,xdotool xvfb,xdotool xdotool
TABLE
}

has_command() { command -v "$1" >/dev/null; }
has_header() { echo "#include <$1>" | "${CC:-cc}" -E -x c - >/dev/null 2>&1; }
has_library() { pkg-config --exists "$1" 2>/dev/null || has_header "$2"; }

has() {
    case $1 in
        compiler) has_header stdio.h ;;
        make) has_command make || has_command ninja ;;
        cjson) has_library libcjson cjson/cJSON.h ;;
        gsl) has_library gsl gsl/gsl_cdf.h ;;
        sqlite) has_library sqlite3 sqlite3.h ;;
        check) has_library check check.h ;;
        sdl) has_library sdl2 SDL2/SDL.h && has_library SDL2_ttf SDL2/SDL_ttf.h && has_library libpng png.h ;;
        display) has_command Xvfb && has_command xdotool ;;
        mpi) has_command mpicc && has_command mpirun ;;
        *) has_command "$1" ;;
    esac
}

missing_of() {
    local need
    for need in "$@"; do
        has "$need" || echo "$need"
    done
}

# the packages of a package manager for some needs, in one line
packages_of() {
    local manager=$1
    shift
    packages | awk -v manager="$manager" -v needs=" $* " '
        NR == 1 { for (i = 2; i <= NF; i++) if ($i == manager) column = i }
        NR > 1 && index(needs, " " $1 " ") {
            gsub(",", " ", $column)
            printf "%s%s", separator, $column
            separator = " "
        }'
}

# gives up, and names the packages: as the package manager does, or else as Debian does
by_hand() {
    local naming=""
    [ -n "$manager" ] || naming=" (named as in Debian)"
    echo "$1 Please install by hand$naming: $(packages_of "${manager:-apt-get}" "${missing[@]}")" >&2
    exit 1
}

[ $# -gt 0 ] || set -- compiler cmake make pkg-config cjson gsl sqlite check
# shellcheck disable=SC2207  # a list of plain words
missing=($(missing_of "$@"))
[ ${#missing[@]} -eq 0 ] && exit 0

manager=
for candidate in apt-get dnf pacman zypper apk brew; do
    if has_command $candidate; then
        manager=$candidate
        break
    fi
done
[ -n "$manager" ] || by_hand "No known package manager."

as_root=
if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ]; then
    has_command sudo || by_hand "Not root, and no sudo."
    as_root=sudo
fi

list=$(packages_of "$manager" "${missing[@]}")
echo "Installing with $manager: $list"
# shellcheck disable=SC2086
install() {
    case $manager in
        apt-get)
            local apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120"
            $apt update && $apt install -y --no-install-recommends $list
            ;;
        dnf) $as_root dnf install -y $list ;;
        pacman) $as_root pacman -Sy --needed --noconfirm $list ;;
        zypper) $as_root zypper --non-interactive install $list ;;
        apk) $as_root apk add $list ;;
        brew) brew install $list ;;
    esac
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install >"$log" 2>&1; then
    cat "$log" >&2
    by_hand "$manager failed."
fi

# shellcheck disable=SC2207
missing=($(missing_of "${missing[@]}"))
[ ${#missing[@]} -eq 0 ] || by_hand "Still missing: ${missing[*]}."
