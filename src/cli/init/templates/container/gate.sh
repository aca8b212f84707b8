#!/bin/sh
# The gate of phasewise where releases are images: it runs in a container of the image that it asks about.
#
#   gate.sh migrate VERSION   before the image goes live: migrates, if the gate lets it
#   gate.sh live VERSION      once it is live everywhere: from then on what the next deploy of a plan waits for counts
#   gate.sh back VERSION      before an older image comes back: can its code run on the schema as it is?
#
# The code that is live lies in another image, and the gate has to read it. So each image's code is kept in $SITE, a
# volume that all these containers share: releases/, `current` and shared/.phasewise, as on any other host.
set -eu

SITE=${SITE:-/site}
APP=${APP:-/app}
PHP=${PHP:-php}
KEEP=${KEEP:-10}
VERSION=${2:?which version}

kept() { # the directory of the code of that version, the newest; nothing where it is not there
    grep -lxF -- "$VERSION" "$SITE"/releases/*/REVISION 2>/dev/null | sort | tail -n 1 | sed 's|/REVISION$||'
}

keep() { # keeps the code of this image; prints where
    directory=$SITE/releases/$(date -u +%Y%m%d%H%M%S)
    mkdir -p "$directory" "$SITE/shared"
    (cd "$APP" && tar -cf - --exclude ./storage --exclude ./node_modules .) | (cd "$directory" && tar -xf -)
    echo "$VERSION" >"$directory/REVISION"
    echo "$directory"
}

current() { # `-` says that nothing is live yet; only where nothing stands at the link's place at all
    if [ -e "$SITE/current" ] || [ -L "$SITE/current" ]; then echo "$SITE/current"; else echo -; fi
}

point() { # point RELEASE: by renaming a new link over it, so that it is never missing
    ln -s "$1" "$SITE/current.$$"
    mv -T "$SITE/current.$$" "$SITE/current"
    [ "$(readlink "$SITE/current")" = "$1" ]
}

prune() { # what was refused goes; of the others the newest stay, and what is live
    for mark in "$SITE"/releases/*/BAD_RELEASE; do
        if [ -e "$mark" ]; then rm -rf -- "${mark%/BAD_RELEASE}"; fi
    done
    live=$(readlink "$SITE/current")
    # Their names are digits.
    # shellcheck disable=SC2012
    ls -1r "$SITE/releases" | tail -n "+$((KEEP + 1))" | while read -r name; do
        if [ "$SITE/releases/$name" != "$live" ]; then rm -rf -- "$SITE/releases/${name:?}"; fi
    done
}

case $1 in
    migrate)
        # Anew each time: a tag may have moved.
        release=$(keep)
        phasewise gate exec --release "$release" --current "$(current)" -- "$PHP" "$APP/artisan" migrate --force
        ;;
    live)
        release=$(kept)
        [ -n "$release" ] || release=$(keep)
        point "$release"
        phasewise gate confirm --release "$release" --current "$SITE/current"
        # Other containers cannot be seen from in here: whoever calls this answers for the older ones being gone.
        phasewise gate attest --host cluster --release "$release"
        prune
        ;;
    back)
        release=$(kept)
        [ -n "$release" ] || release=$(keep)
        phasewise gate rollback --to "$release" --current "$SITE/current"
        ;;
    *)
        echo "gate.sh: migrate, live or back?" >&2
        exit 2
        ;;
esac
