# Envoyer calls no hook before it redeploys an older release: run this on the server, with that release's directory.
# It ends with 0 if the code in there can run on the schema as it is.
#
#   PROJECT=/home/forge/shop before-rollback.sh /home/forge/shop/releases/20261122101500
phasewise gate rollback --to "${1:?the release that would come back}" --current "${PROJECT:?}/current" --audit-dir "$PROJECT/storage/phasewise"
