# Forge: the deployment script of a site with zero-downtime deployments.
$CREATE_RELEASE()

cd $FORGE_RELEASE_DIRECTORY || exit 1
$FORGE_COMPOSER install --no-dev --no-interaction --prefer-dist --optimize-autoloader || exit 1
$FORGE_PHP artisan storage:link || exit 1
$FORGE_PHP artisan optimize || exit 1

# `-` says that nothing is live yet; only where nothing stands at the link's place at all.
CURRENT="$FORGE_SITE_PATH/current"
if [ ! -e "$CURRENT" ] && [ ! -L "$CURRENT" ]; then CURRENT=-; fi
phasewise gate exec --release "$FORGE_RELEASE_DIRECTORY" --current "$CURRENT" -- $FORGE_PHP artisan migrate --force || exit 1

$ACTIVATE_RELEASE()

$RESTART_QUEUES()
# Forge ends a deployment after ten minutes: a backfill is no migration.
phasewise gate confirm --release "$FORGE_RELEASE_DIRECTORY" --current "$FORGE_SITE_PATH/current" --wait-workers 120s || exit 1
