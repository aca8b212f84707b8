# Envoyer: a hook before "Activate New Release", on one server only. If it ends with an error, the deployment ends there.
CURRENT={{ project }}/current
# `-` says that nothing is live yet; only where nothing stands at the link's place at all.
if [ ! -e "$CURRENT" ] && [ ! -L "$CURRENT" ]; then CURRENT=-; fi
cd {{ release }} || exit 1
{{ php }} artisan optimize || exit 1
phasewise gate exec --release {{ release }} --current "$CURRENT" --audit-dir {{ project }}/storage/phasewise -- {{ php }} artisan migrate --force
