<?php

// The gate of phasewise for Deployer 7 and 8: in front of the migrations, in front of a rollback, and after the swap.

namespace Deployer;

set('bin/phasewise', 'phasewise');

// How long the workers of older releases may take to end.
set('phasewise_wait_workers', '120s');

// `-` says that nothing is live yet; only where nothing stands at the link's place at all.
set('phasewise_current', function () {
    return test('[ -e {{current_path}} ] || [ -L {{current_path}} ]') ? get('current_path') : '-';
});

// In the task itself, so that `--no-hooks` does not pass it by, and on one host: the hosts share one database.
desc('Runs the database migrations, if the gate lets them');
task('artisan:migrate', function () {
    $site = '--release {{release_path}} --current {{phasewise_current}}';
    run("{{bin/phasewise}} gate exec $site -- {{bin/php}} {{release_path}}/artisan migrate --force", timeout: null);
})->once();

desc('Asks whether the code of the rollback candidate can run on the schema as it is');
task('phasewise:rollback', function () {
    $candidate = '{{deploy_path}}/releases/{{rollback_candidate}}';
    run("{{bin/phasewise}} gate rollback --to $candidate --current {{current_path}}", timeout: null);
})->once();
before('rollback', 'phasewise:rollback');

// From its confirmation on, what the next deploy of a plan waits for counts.
desc('Records that the release is live, once the workers of older ones have ended');
task('phasewise:confirm', function () {
    $release = run('readlink -f {{current_path}}');
    $gate = "{{bin/phasewise}} gate confirm --release $release --current {{current_path}}";
    run("$gate --wait-workers {{phasewise_wait_workers}}", timeout: null);
});

desc('Tells the host that asks the gate which release the others run');
task('phasewise:attest', function () {
    if (count(selectedHosts()) < 2) {
        return;
    }
    $release = run('readlink -f {{current_path}}');
    foreach (selectedHosts() as $host) {
        $alias = escapeshellarg($host->getAlias());
        run("{{bin/phasewise}} gate attest --host $alias --release $release");
    }
})->once();

// A worker goes on with the old code until it is told.
after('deploy:symlink', 'artisan:queue:restart');
after('deploy', 'phasewise:confirm');
after('phasewise:confirm', 'phasewise:attest');

// A refusal leaves the lock otherwise, and the next deploy is refused for that.
after('deploy:failed', 'deploy:unlock');
