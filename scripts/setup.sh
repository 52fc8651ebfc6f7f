#!/usr/bin/env bash
# 准备运行环境 .venv：scripts/setup.sh run（只装运行所需）或 scripts/setup.sh test（连同测试工具）。
#
# Does nothing when the environment is there and fits the lock files, so make may call it each time.
# On Debian and Ubuntu root gets the missing system packages by apt-get; anybody else is told their names.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose="${1:-run}"
venv=".venv"
supported_versions=(3.11 3.12 3.13)

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

case "$purpose" in
run)
    lock=requirements.lock
    locks=(requirements-build.lock requirements.lock)
    ;;
test) # its lock holds all of the other one too
    lock=requirements-test.lock
    locks=(requirements-build.lock requirements.lock requirements-test.lock)
    ;;
*) fail "用法：scripts/setup.sh run|test" ;;
esac

# --- which Python -----------------------------------------------------------------------------------------

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }
supported() { [[ -n "$1" && " ${supported_versions[*]} " == *" $1 "* ]]; }

python="${PYTHON:-python3}"
if [[ -z "${PYTHON:-}" && -x "$venv/bin/python" ]]; then # nobody asks for another one: stay with the one there is
    base="$("$venv/bin/python" -c 'import sys; print(sys._base_executable)' 2>/dev/null || true)"
    if supported "$(version_of "${base:-none}")"; then python="$base"; fi
fi
python_version="$(version_of "$python")"
if ! supported "$python_version" && [[ "$python" == python3 ]]; then
    for candidate in "${supported_versions[@]}"; do # python3 does not do; is another one installed?
        if supported "$(version_of "python$candidate")"; then
            python="python$candidate"
            python_version="$candidate"
        fi
    done
fi
supported "$python_version" ||
    fail "需要 Python ${supported_versions[*]} 之一；$python 是“${python_version:-找不到或不能运行}”。可指定：make $purpose PYTHON=/path/to/python3.11"

# --- is there anything to do? -------------------------------------------------------------------------------

# What the environment was made from: interpreter, place, and the files below. Tool settings in
# pyproject.toml do not count, only what stands before the first [tool.…] table does.
fingerprint() {
    {
        printf '%s\n' "$PWD"
        "$python" -c 'import os, sys; print(sys.version, os.path.realpath(sys._base_executable))'
        sed '/^\[tool\./,$d' pyproject.toml
        cat scripts/setup.sh "$@"
    } | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

stamp() { printf '%s/.made-for-%s' "$venv" "$1"; }
wanted="$(fingerprint "${locks[@]}")"
fresh() { [[ -x "$venv/bin/python" && -f "$(stamp "$purpose")" && "$(cat "$(stamp "$purpose")")" == "$wanted" ]]; }

fresh && exit 0
if command -v flock >/dev/null 2>&1; then # two makes at once: the second waits, then finds it done
    exec 9>.venv.lock
    flock 9
    fresh && exit 0
fi

# --- what the system must have --------------------------------------------------------------------------------

has_venv() { "$python" -c 'import venv, ensurepip' 2>/dev/null; }

# durable-rules comes as source, so a C compiler and Python's headers are needed: try them for real.
can_compile() {
    local folder compiler include status=0
    compiler="${CC:-$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("CC") or "cc")')}"
    include="$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')"
    folder="$(mktemp -d)"
    printf '#include <Python.h>\nint main(void) { return 0; }\n' >"$folder/probe.c"
    # shellcheck disable=SC2086  # CC may carry options
    $compiler -shared -fPIC -I"$include" "$folder/probe.c" -o "$folder/probe.so" >/dev/null 2>&1 || status=1
    rm -rf "$folder"
    return "$status"
}

missing=()
has_venv || missing+=("python$python_version-venv")
can_compile || missing+=(gcc libc6-dev "python$python_version-dev")
if ((${#missing[@]})); then
    if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        say "系统缺少 ${missing[*]}，用 apt-get 安装……"
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
            { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } >/dev/null ||
            fail "apt-get 没能装上：${missing[*]}。请手工安装后再试。"
    fi
    has_venv && can_compile || fail "请先安装（Debian/Ubuntu）：apt-get install ${missing[*]}；其他系统：Python 的 venv、C 编译器和 Python 头文件。"
fi

# --- the environment --------------------------------------------------------------------------------------

usable() {
    [[ -x "$venv/bin/python" ]] &&
        [[ "$("$venv/bin/python" -c 'import sys; print(sys.version)' 2>/dev/null)" == "$("$python" -c 'import sys; print(sys.version)')" ]] &&
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 &&
        [[ ! -f "$venv/.made-at" || "$(cat "$venv/.made-at")" == "$PWD" ]] # scripts carry its full path
}

say "准备 $venv（Python $python_version，第一次约需一分钟）……"
if ! usable; then
    [[ ! -e "$venv" || -f "$venv/pyvenv.cfg" ]] || fail "$PWD/$venv 不是虚拟环境，请移走后再试。"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
rm -f "$venv"/.made-for-*
printf '%s\n' "$PWD" >"$venv/.made-at"

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_REQUIRE_VIRTUALENV=1
# Python 3.13 has no PyEval_CallObject; the definition gives durable-rules its successor and harms none before.
export CPPFLAGS="${CPPFLAGS:+$CPPFLAGS }-DPyEval_CallObject=PyObject_CallObject"
install() { "$venv/bin/python" -m pip install --quiet --no-build-isolation --use-pep517 "$@"; }

# In this order: the locked build tools, what is locked, then the project itself.
install --require-hashes -r requirements-build.lock
install --require-hashes -r "$lock"
install --no-deps --editable .

fingerprint requirements-build.lock requirements.lock >"$(stamp run)"
if [[ "$purpose" == test ]]; then printf '%s\n' "$wanted" >"$(stamp test)"; fi
say "$venv 已备好。"
