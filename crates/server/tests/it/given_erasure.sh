# A customer of the sandbox that was erased, with its certificate; a backup; an account.
dossier accounts create --name shop
LIVE=$KEY
KEY=$(dossier keys create --environment sandbox --name given --output json | value key)
GONE=$(send POST customers '{"email": "gone@example.com", "type": "individual"}' | value customer_id)
KEY=$LIVE
dossier erasure request "$GONE" --reason "Article 17" --requested-by "Ada"
for _ in $(seq 100); do
    dossier erasure show "$GONE" --output json >shown
    if grep -q '"erased_in_service": "' shown; then break; fi
    sleep 0.2
done
value erased_in_service <shown >certificate.txt
FINGERPRINT=$(dossier erasure key --output json | value fingerprint)
dossier backup create /mnt/backups
dossier backup keys /mnt/keys/keyring-2026-11-28.json
