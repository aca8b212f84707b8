//! The kinds of complaints: what each is, why it matters, and the way out. The figures were measured with nginx 1.22,
//! PHP-FPM 8.2, MariaDB 10.11, Deployer 7.5 and Capistrano 3.17, over 1000 swaps under 16 connections where not said
//! otherwise.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ailment {
    CachePerRelease,
    CurrentIsNoLink,
    FailureHidden,
    FpmEndsRequests,
    GateNotAsked,
    IsolatedLoserSucceeds,
    LinkIntoRelease,
    LinkNotAtomic,
    LinkRemoved,
    MigratesAfterTheSwap,
    MigratesBeforeTheBuild,
    MigratesOnEveryHost,
    MovedIntoRelease,
    OpcacheResetByCli,
    PathThroughTheLink,
    PrunedByTime,
    TooFewKept,
}

/// What is told of one kind.
struct Told {
    id: &'static str,
    what: &'static str,
    why: &'static str,
    way_out: &'static str,
}

impl Ailment {
    /// The kind's name, as `link-removed`.
    pub fn id(self) -> &'static str {
        self.told().id
    }

    pub fn what(self) -> &'static str {
        self.told().what
    }

    pub fn why(self) -> &'static str {
        self.told().why
    }

    pub fn way_out(self) -> &'static str {
        self.told().way_out
    }

    #[expect(clippy::too_many_lines, reason = "it is a table of texts")]
    fn told(self) -> &'static Told {
        match self {
            Self::CachePerRelease => &Told {
                id: "cache-per-release",
                what: "the cache lies within the release",
                why: "`queue:restart` tells workers through the cache, and the old ones look into that of the old release: they go on with its code. One worker that was never restarted made the last of three deploys fail at row 66095.",
                way_out: "share `storage/` between releases, or keep the cache in redis or the database",
            },
            Self::CurrentIsNoLink => &Told {
                id: "current-is-no-link",
                what: "`current` is a directory",
                why: "A link that is renamed over a directory lands inside of it, and `mv` ends well.",
                way_out: "once, by hand: move its content to a release, and make `current` a symbolic link to that",
            },
            Self::FailureHidden => &Told {
                id: "failure-hidden",
                what: "the deploy goes on where the migrations failed",
                why: "The command ends with 0 whatever happens, and the new code goes live on a schema that is not there.",
                way_out: "take `--graceful`, or `|| true`, out",
            },
            Self::FpmEndsRequests => &Told {
                id: "fpm-ends-requests",
                what: "process_control_timeout is 0, or not set",
                why: "A reload ends the requests that run: of 158 that took 0.8 s, 43 failed with 502 over 5 reloads; with 10s none of 111.",
                way_out: "process_control_timeout = 10s, or longer than the longest request, below [global]",
            },
            Self::GateNotAsked => &Told {
                id: "gate-not-asked",
                what: "the migrations run without the gate",
                why: "Nothing holds them against the code that is live: a required column made every write of the old code fail until the swap, 976 of 9166 requests in 1.6 s.",
                way_out: "phasewise gate exec --release RELEASE --current CURRENT -- php artisan migrate --force; `phasewise init --deploy TOOL` writes it",
            },
            Self::IsolatedLoserSucceeds => &Told {
                id: "isolated-loser-succeeds",
                what: "`--isolated` ends with 0 where another host migrates",
                why: "The host that finds the lock taken goes on to the swap while the other still migrates. The lock needs a cache that all hosts share, and ends after an hour.",
                way_out: "migrate on one host; or give the loser a code of its own: `--isolated=75`",
            },
            Self::LinkIntoRelease => &Told {
                id: "link-into-release",
                what: "`ln -sf` without `-n` onto `current`",
                why: "Where `current` leads to a directory, the new link is made inside of the live release. `ln` ends with 0, and `current` leads where it did.",
                way_out: "ln -s RELEASE current.tmp && mv -T current.tmp current",
            },
            Self::LinkNotAtomic => &Told {
                id: "link-not-atomic",
                what: "BusyBox's `ln -nfs` onto `current`",
                why: "It removes the link and makes another: 1307 of 564751 requests for a file failed, and none with GNU's, which renames.",
                way_out: "ln -s RELEASE current.tmp && mv -T current.tmp current",
            },
            Self::LinkRemoved => &Told {
                id: "link-removed",
                what: "`current` is removed before there is another",
                why: "Every request in between fails: 26 % of them with `rm current; ln -s`.",
                way_out: "rename a new link over it: ln -s RELEASE current.tmp && mv -T current.tmp current",
            },
            Self::MigratesAfterTheSwap => &Told {
                id: "migrates-after-the-swap",
                what: "the migrations run after the new code is live",
                why: "The new code works on the old schema until they end: whatever it needs of them fails.",
                way_out: "migrate before the swap, with migrations that suit the code that is live: `phasewise plan` splits them",
            },
            Self::MigratesBeforeTheBuild => &Told {
                id: "migrates-before-the-build",
                what: "the migrations run before the caches are built",
                why: "From their end to the swap old code works on the new schema; `artisan optimize` alone was 1.5 s of the 1.6 s in which its writes failed.",
                way_out: "build everything first, `artisan optimize` too, and migrate right before the swap",
            },
            Self::MigratesOnEveryHost => &Told {
                id: "migrates-on-every-host",
                what: "the migrations run on every host at once",
                why: "The hosts share one database: of two that migrate at once one fails with `Table already exists`.",
                way_out: "Deployer: `->once()` on the task; Capistrano: `on primary(:db)`; `phasewise init --deploy` writes both",
            },
            Self::MovedIntoRelease => &Told {
                id: "moved-into-release",
                what: "`mv` without `-T` onto `current`",
                why: "Where `current` leads to a directory, the new link is moved into the live release. `mv` ends with 0, and `current` leads where it did.",
                way_out: "mv -T current.tmp current, and then read the link: [ \"$(readlink current)\" = \"$RELEASE\" ]",
            },
            Self::OpcacheResetByCli => &Told {
                id: "opcache-reset-by-cli",
                what: "`opcache_reset()` is called on the command line",
                why: "It empties the cache of that command, and not that of PHP-FPM.",
                way_out: "reload PHP-FPM; with `$realpath_root` in nginx the new files are taken anyway",
            },
            Self::PathThroughTheLink => &Told {
                id: "path-through-the-link",
                what: "PHP-FPM is given paths through `current`",
                why: "OPcache knows a script by that path, and goes on with the old release after the swap: 987 of 987 requests in 150 s, past realpath_cache_ttl. With `$realpath_root` the first request already got the new one.",
                way_out: "fastcgi_param SCRIPT_FILENAME $realpath_root$fastcgi_script_name; and DOCUMENT_ROOT $realpath_root; in that location, after any include",
            },
            Self::PrunedByTime => &Told {
                id: "pruned-by-time",
                what: "releases are removed by the times of their directories",
                why: "After a rollback the live release is among the old ones, and it is removed; `rsync -a` and `tar` give a new release the time of its source.",
                way_out: "go by their names, and pass over `current` and the one before it, as `deploy/release.sh` of `phasewise init --deploy bash` does",
            },
            Self::TooFewKept => &Told {
                id: "too-few-kept",
                what: "fewer releases are kept than a way back needs",
                why: "The release before the live one still answers requests, and a plan may need to go back further: without its release there is no way back. Refused releases count too.",
                way_out: "keep more: 5 at least, and as many as there are deploys from a plan's rollback floor on",
            },
        }
    }
}
