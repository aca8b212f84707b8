#!/usr/bin/env bash
# Releases this application on this host, or takes a release back, behind the gate of phasewise.
#
#   SITE=/srv/shop deploy/release.sh deploy [SOURCE]      the code in SOURCE; by default that around this script
#   SITE=/srv/shop deploy/release.sh rollback [RELEASE]   to that directory; by default to the release before the live one
#   SITE=/srv/shop deploy/release.sh prune                removes the releases that nothing needs any more
#
# The site holds releases/, shared/ with .env and storage/, `current`, the link to the live release, and `previous`, the
# link to the one before. That the web server resolves `current`, `phasewise gate doctor` looks after.
set -Eeuo pipefail

SITE=$(cd "${SITE:?the directory that holds releases, shared and current}" && pwd -P)
KEEP=${KEEP:-5}
PHP=${PHP:-php}
PHASEWISE=${PHASEWISE:-phasewise}
WAIT_WORKERS=${WAIT_WORKERS:-120s}
# Requests survive it only where process_control_timeout of PHP-FPM is longer than the longest of them.
RELOAD=${RELOAD:-sudo systemctl reload php-fpm}
# From Laravel 12.41 on `reload`; `horizon:terminate` where Horizon runs the queues.
RESTART_WORKERS=${RESTART_WORKERS:-queue:restart}

CURRENT=$SITE/current
PREVIOUS=$SITE/previous
RELEASES=$SITE/releases
# The release that is being made.
release=

say() { echo "release.sh: $*" >&2; }

point() { # point LINK RELEASE: by renaming a new link over it, so that it is never missing
    local next=$1.$$
    ln -s "$2" "$next"
    mv -T "$next" "$1"
    # A directory in the link's place swallows the new link, and `mv` ends well.
    [ "$(readlink "$1")" = "$2" ] || { say "\`$1\` does not lead to \`$2\`"; return 8; }
}

go_live() { # go_live RELEASE
    if [ -L "$CURRENT" ]; then point "$PREVIOUS" "$(readlink "$CURRENT")"; fi
    point "$CURRENT" "$1"
    sh -c "$RELOAD" 9>&-
    "$PHP" "$CURRENT/artisan" "$RESTART_WORKERS"
}

confirm() { # confirm RELEASE: from here on what the next deploy of a plan waits for counts
    "$PHASEWISE" gate confirm --release "$1" --current "$CURRENT" --wait-workers "$WAIT_WORKERS"
}

mark() { # mark RELEASE WHY: no rollback takes it from here on
    if [ ! -e "$1/BAD_RELEASE" ]; then echo "$2" >"$1/BAD_RELEASE"; fi
}

ended() {
    local status=$?
    if [ "$status" -ne 0 ] && [ -d "$release" ] && [ ! "$release" -ef "$CURRENT" ]; then
        mark "$release" "never live: its deploy ended with $status"
    fi
    exit "$status"
}

deploy() { # deploy SOURCE
    local current=$CURRENT
    # Only where nothing is there at all it is the first deploy.
    if [ ! -e "$CURRENT" ] && [ ! -L "$CURRENT" ]; then current=-; fi
    release=$RELEASES/$(date -u +%Y%m%d%H%M%S)
    mkdir "$release"

    tar -C "$1" --exclude=./.git --exclude=./.env --exclude=./storage --exclude=./node_modules \
        --exclude='./bootstrap/cache/*.php' -cf - . | tar -C "$release" -xf -
    ln -s "$SITE/shared/.env" "$release/.env"
    ln -s "$SITE/shared/storage" "$release/storage"
    # All that takes time comes before the migrations: from their end to the swap old code runs on the new schema.
    (
        cd "$release"
        composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader
        "$PHP" artisan storage:link
        "$PHP" artisan optimize
    )
    # Around `migrate`, not before it: under one lock, and held against what really ran.
    "$PHASEWISE" gate exec --release "$release" --current "$current" -- "$PHP" "$release/artisan" migrate --force
    go_live "$release"
    confirm "$release"
    prune
}

names() { # the names of the releases, the oldest first; the times of directories may be those of what was copied
    find "$RELEASES" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' -printf '%f\n' | sort -V
}

older() { # the releases before the live one, the newest first
    local name before=()
    for name in $(names); do
        if [ "$RELEASES/$name" -ef "$CURRENT" ]; then break; fi
        before=("$RELEASES/$name" "${before[@]}")
    done
    printf '%s\n' "${before[@]}"
}

rollback() { # rollback [RELEASE]
    local to=${1:-} was=
    was=$(readlink -e "$CURRENT") || { say "nothing is live, so there is nothing to go back from"; return 2; }
    if [ -z "$to" ]; then
        for to in $(older) ''; do
            if [ ! -e "$to/BAD_RELEASE" ]; then break; fi
        done
    fi
    [ -d "$to" ] || { say "there is no release to go back to"; return 2; }
    to=$(cd "$to" && pwd -P)
    # Code goes back, the schema stays. The gate says whether that code can run on it.
    "$PHASEWISE" gate rollback --to "$to" --current "$CURRENT"
    go_live "$to"
    mark "$was" "rolled back from"
    confirm "$to"
}

may_come_back() { # may_come_back RELEASE: leaves no trace
    "$PHASEWISE" gate rollback --to "$1" --current "$CURRENT" --dry-run 2>/dev/null
}

prune() { # keeps the newest $KEEP, and whatever their age the live one, the one before it, and a way back
    local name one kept=0 way_back=
    [ -e "$CURRENT" ] || { say "\`$CURRENT\` leads nowhere: nothing is removed"; return 2; }
    for one in $(older); do
        if [ ! -e "$one/BAD_RELEASE" ] && may_come_back "$one"; then
            way_back=$one
            break
        fi
    done
    for name in $(names | tac); do
        one=$RELEASES/$name
        if [ "$one" -ef "$CURRENT" ] || [ "$one" -ef "$PREVIOUS" ] || [ "$one" = "$way_back" ]; then
            kept=$((kept + 1))
        elif [ ! -e "$one/BAD_RELEASE" ] && [ "$kept" -lt "$KEEP" ]; then
            kept=$((kept + 1))
        else
            rm -rf -- "$one"
        fi
    done
}

mkdir -p "$RELEASES" "$SITE/shared"
exec 9>"$SITE/shared/release.lock"
flock -n 9 || { say "another release is being made or taken back"; exit 6; }
trap ended EXIT
case ${1:-} in
    deploy) deploy "$(cd "${2:-"$(dirname "${BASH_SOURCE[0]}")/.."}" && pwd -P)" ;;
    rollback) rollback "${2:-}" ;;
    prune) prune ;;
    *) say "deploy, rollback or prune?" && exit 2 ;;
esac
