# Sourced by bin/run and bin/test: a virtual environment in .venv/ with the pinned packages in it.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
python="$root/.venv/bin/python"

# Print the command of a Python 3.11.
find_python() {
    local candidate
    for candidate in python3.11 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 is needed, and neither python3.11 nor python3 is one. Install it, then run this again." >&2
    return 1
}

# install FILE...: install what the requirement files pin, unless it is installed. Each file contains the ones before.
install() {
    local system_python pip file is_missing=
    if ! "$python" -c '' 2>/dev/null; then
        system_python="$(find_python)"
        # Where Debian's python3-venv is missing, the system's pip fills an environment without one.
        "$system_python" -m venv --clear "$root/.venv" >/dev/null 2>&1 ||
            "$system_python" -m venv --clear --without-pip "$root/.venv"
    fi
    for file in "$@"; do
        # The copy is what was installed last; it is written when all of it was.
        [[ -e "$root/.venv/$file" && "$(<"$root/$file")" == "$(<"$root/.venv/$file")" ]] || is_missing=yes
    done
    [[ $is_missing ]] || return 0

    echo "Installing the packages of ${!#} into .venv …" >&2
    pip=("$python" -m pip)
    "${pip[@]}" --version >/dev/null 2>&1 || pip=("$(find_python)" -m pip --python "$python")
    "${pip[@]}" install --quiet --quiet --disable-pip-version-check --require-hashes --requirement "$root/${!#}"
    for file in "$@"; do
        cp "$root/$file" "$root/.venv/$file"
    done
}
