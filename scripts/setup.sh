#!/usr/bin/env bash
# Bring a machine to the point where the city can run: PostGIS, Chromium, a CJK font, Python, .venv.
# Usage: scripts/setup.sh run|test. Says what it does before it does it; does nothing that is done.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}
lock=requirements.lock
if [ "$purpose" = test ]; then lock=requirements-test.lock; fi

say() { printf '» %s\n' "$*" >&2; }
fail() { printf '✗ %s\n' "$@" >&2; exit 1; }

# --- conda -------------------------------------------------------------------------------------
# Only an environment that brings PostGIS itself counts: many shells have a bare one active.
conda=
if [ -n "${CONDA_PREFIX:-}" ] && [ -x "$CONDA_PREFIX/bin/python" ] &&
    [ -n "$(find "$CONDA_PREFIX/share" -name postgis.control 2>/dev/null)" ]; then
    conda=$CONDA_PREFIX
fi

# --- system packages ---------------------------------------------------------------------------
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "需要 root 权限，而本机没有 sudo。请以 root 运行：$*" \
            "This needs root and there is no sudo. As root, run: $*"
    fi
}

apt_install() {
    command -v apt-get >/dev/null || fail \
        "请自行安装以下软件(本机没有 apt-get),或使用 conda(environment.yml):$*" \
        "Please install (there is no apt-get here), or use conda (environment.yml): $*"
    say "安装系统软件包 / installing system packages: $*"
    # An administrator's own configuration files are kept.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef \
        -o Dpkg::Options::=--force-confold "$@" >/dev/null
}

lists_are_fresh=
refresh_lists() {
    if [ -n "$lists_are_fresh" ] || ! command -v apt-get >/dev/null; then return; fi
    # Without root the installation will say what to do; old lists serve to find the names.
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then return; fi
    say "更新软件包列表 / refreshing the package lists"
    as_root apt-get update -q >/dev/null
    lists_are_fresh=yes
}

# "grep -q" would end the pipe early, which pipefail takes for a failure.
# shellcheck disable=SC2143
has_package() { [ -n "$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [^(]')" ]; }

has_postgis() {
    [ -n "$conda" ] && return
    local version share
    for version in 18 17 16 15; do
        [ -x "/usr/lib/postgresql/$version/bin/postgres" ] &&
            [ -f "/usr/share/postgresql/$version/extension/postgis.control" ] && return
    done
    # One that was built or installed by hand.
    share=$(pg_config --sharedir 2>/dev/null) && [ -f "$share/extension/postgis.control" ] &&
        command -v postgres >/dev/null
}

install_postgis() {
    local version chosen='' switch=/etc/postgresql-common/createcluster.d/cim-luohu.conf
    refresh_lists
    # A version that is installed already, if it has PostGIS; else the newest that has it.
    for version in 15 16 17 18; do
        if has_package "postgresql-$version-postgis-3"; then
            chosen=$version
            [ -x "/usr/lib/postgresql/$version/bin/postgres" ] && break
        fi
    done
    [ -n "$chosen" ] || fail \
        "本系统的软件源没有带 PostGIS 的 PostgreSQL 15–18。请添加 PostgreSQL 官方 apt 源，或使用 conda(environment.yml)。" \
        "This system offers no PostgreSQL 15 to 18 with PostGIS. Add PostgreSQL's own apt repository, or use conda (environment.yml)."
    # Debian would set up and start a cluster of its own on port 5432. A switch in a file of our
    # own, there only during the installation, prevents it and leaves the administrator's alone.
    apt_install postgresql-common
    if [ ! -e "$switch" ]; then
        say "不创建系统自带的数据库实例 / keeping the package from creating a cluster of its own"
        as_root mkdir -p "${switch%/*}"
        echo 'create_main_cluster = false' | as_root tee "$switch" >/dev/null
        # shellcheck disable=SC2064  # the path is known now
        trap "as_root rm -f $switch" EXIT
    fi
    apt_install "postgresql-$chosen" "postgresql-$chosen-postgis-3"
    as_root rm -f "$switch"
    trap - EXIT
}

has_browser() {
    local found
    # A snap does not count: it is shut off from our files.
    found=$(command -v chromium || command -v google-chrome || true)
    case $found in /*) [ "${found#/snap/}" != "$found" ] || return 0 ;; esac
    compgen -G "${PLAYWRIGHT_BROWSERS_PATH:-${HOME:-}/.cache/ms-playwright}/chromium*" >/dev/null
}

has_font() {
    compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null ||
        [ -n "$(fc-list :lang=zh-cn file 2>/dev/null)" ]
}

install_browser() {
    if [ -e .venv/cim-no-browser ]; then
        say "没有浏览器，PNG 出图不可用(删除 .venv/cim-no-browser 可重试)。/ No browser: no PNG pictures (delete .venv/cim-no-browser to try again)."
        return
    fi
    refresh_lists
    # On Ubuntu the package is an empty shell around a snap.
    # shellcheck disable=SC2143
    if [ -z "$conda" ] && has_package chromium && [ -z "$(apt-cache show chromium | grep -i snap)" ]; then
        apt_install chromium
    else
        browser_from_playwright=yes
    fi
}

# The independent answer that walks are tested against; the city itself does without.
install_pgrouting() {
    local version
    for version in 15 16 17 18; do
        [ -x "/usr/lib/postgresql/$version/bin/postgres" ] || continue
        [ -f "/usr/share/postgresql/$version/extension/pgrouting.control" ] && continue
        refresh_lists
        if has_package "postgresql-$version-pgrouting"; then
            apt_install "postgresql-$version-pgrouting"
        fi
    done
}

browser_from_playwright=
has_postgis || install_postgis
if [ "$purpose" = test ] && [ -z "$conda" ]; then install_pgrouting; fi
has_browser || install_browser
if ! has_font; then
    if [ -z "$conda" ]; then
        refresh_lists
        apt_install fonts-noto-cjk
    else
        say "缺少中文字体，图片中的汉字会是方块。/ No Chinese font: install Noto Sans CJK, or pictures show boxes."
    fi
fi

# --- Python ------------------------------------------------------------------------------------
find_python() {
    local name
    for name in ${PYTHON:-} ${conda:+"$conda/bin/python"} python3.13 python3.12 python3.11 python3; do
        # A name on PATH may be a shim without a Python behind it: ask it. From within .venv the
        # answer is the Python it was made from.
        "$name" -c 'import sys; sys.version_info >= (3, 11) and print(sys._base_executable)' \
            2>/dev/null | grep . && return
    done
    return 1
}

if ! python=$(find_python); then
    refresh_lists
    for version in 3.13 3.12 3.11; do
        has_package "python$version-venv" && apt_install "python$version-venv" && break
    done
    python=$(find_python) || fail \
        "需要 Python 3.11 或更高版本，本机没有。请安装，或使用 conda(environment.yml)。" \
        "Python 3.11 or later is needed and not here. Install it, or use conda (environment.yml)."
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    refresh_lists
    apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi

# --- .venv -------------------------------------------------------------------------------------
# The stamps hold what the environment was made from; a change of any of it makes it anew.
base=$("$python" -c 'import sys; print(sys.version, sys.base_prefix)')${conda:+ conda}
if [ "$(cat .venv/cim-base 2>/dev/null)" != "$base" ]; then
    say "创建 Python 环境 .venv / making the Python environment .venv ($("$python" --version))"
    rm -rf .venv
    "$python" -m venv ${conda:+--system-site-packages} .venv
    printf '%s\n' "$base" >.venv/cim-base
fi
made_from=$(cat "$lock" pyproject.toml | sha256sum)
if [ "$(cat ".venv/cim-$purpose" 2>/dev/null)" != "$made_from" ]; then
    if [ -z "$conda" ]; then
        say "安装 Python 依赖 / installing the Python libraries ($lock)"
        .venv/bin/pip install --quiet --disable-pip-version-check -r "$lock"
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --no-deps --no-build-isolation -e .
    printf '%s\n' "$made_from" >".venv/cim-$purpose"
fi
# Compiled once, whatever PYTHONDONTWRITEBYTECODE says: else every command compiles it anew.
.venv/bin/python -m compileall -q api cim layers viz || true

if [ -n "$browser_from_playwright" ]; then
    say "没有可用的 Chromium 软件包，改由 Playwright 下载 / no usable Chromium package: Playwright fetches its own"
    # Its libraries come from the system, where that can be asked for them.
    with_deps=()
    if [ -z "$conda" ]; then with_deps=(--with-deps); fi
    if ! .venv/bin/python -m playwright install "${with_deps[@]}" chromium >&2; then
        say "未能取得浏览器:PNG 出图与浏览器测试不可用，其余正常。/ No browser: PNG pictures and browser tests will not work, everything else does."
        touch .venv/cim-no-browser
    fi
fi
