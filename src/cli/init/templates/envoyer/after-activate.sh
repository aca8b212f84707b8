# Envoyer: a hook after "Activate New Release", on that same server, behind the one that reloads PHP-FPM.
{{ php }} {{ project }}/current/artisan queue:restart || exit 1
phasewise gate confirm --release {{ release }} --current {{ project }}/current --audit-dir {{ project }}/storage/phasewise --wait-workers 120s
