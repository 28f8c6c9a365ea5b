# What the commands of a guide assume: keys, a customer and a business with its persons. Run before them, with
# $ENVIRONMENT, $SCOPES and $ROOT (the repository), and with the API's address in $API.
value() { grep -o "\"$1\": *\"[^\"]*" | head -1 | cut -d'"' -f4; }
send() { curl -sS --fail-with-body -X "$1" "$API/$2" -H "Api-Key: $KEY" -H 'Content-Type: application/json' -d "$3"; }

created=$(dossier keys create --environment "$ENVIRONMENT" --name given $SCOPES --output json)
export KEY=$(value key <<<"$created") KEY_ID=$(value key_id <<<"$created")
export ACCOUNT=$(dossier accounts list --output json | value account_id)
invited=$(dossier members invite --name Given --email given@example.com --role analyst --output json)
export MEMBER=$(value member_id <<<"$invited")

export FILE=$(curl -sS --fail-with-body "$API/files" -H "Api-Key: $KEY" \
    -F "file=@$ROOT/crates/server/assets/examples/passport.png" | value id)
export ID=$(send POST customers '{"email": "given@example.com", "type": "individual"}' | value customer_id)
send PUT "customers/$ID" "$(sed "s/550e8400-e29b-41d4-a716-446655440000/$FILE/" \
    "$ROOT/crates/server/assets/examples/update-individual-with-document.json")"
export COMPANY=$(send POST customers '{"email": "office@example.com", "type": "corporate"}' | value customer_id)
send PUT "customers/$COMPANY" "@$ROOT/crates/server/assets/examples/update-business.json"
export PERSON=$(curl -sS --fail-with-body "$API/customers/$COMPANY?expand=profile" -H "Api-Key: $KEY" \
    | grep -o '"associated_persons": *\[.*' | value id)
if [ "$ENVIRONMENT" = sandbox ]; then
    send POST "customers/$ID/kycs" '{}'
    send POST customers/simulate "{\"action\": \"kyc.status.submit\", \"customer_id\": \"$ID\"}"
fi
