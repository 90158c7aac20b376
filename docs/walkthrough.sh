#!/usr/bin/env bash
# The whole way of one post over HTTP, with curl: check, draft, submit, sign off, permit, redeem, verify
# offline, publish (pretended), report, reconcile. On the demo (`make run`) it needs only the tool's key,
# which the terminal shows at the first start:
#
#     KEY=rvw_… docs/walkthrough.sh
#
# Elsewhere say who is who: URL, ACCOUNT, BRAND, TOOL (the key's service account), MARKETING and
# PASSWORD (a member of marketing who does not own the key), PYTHON (one that has `reviewer` installed).
set -euo pipefail

URL=${URL:-http://127.0.0.1:8000}
KEY=${KEY:?set KEY to the key of a tool}
BRAND=${BRAND:-fjordlight} ACCOUNT=${ACCOUNT:-x:fjordlight} TOOL=${TOOL:-service:publisher}
MARKETING=${MARKETING:-ada@fjordlight.example} PASSWORD=${PASSWORD:-lamps-for-long-nights}
PYTHON=${PYTHON:-python3}
TEXT=${TEXT:-"The workshop is open on Saturday from ten to four. $(date +%s)"}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }
# pick FILE 'expression over v'
pick() { "$PYTHON" -c 'import json, sys; v = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
# ask NAME METHOD PATH [curl options]: the answer goes to $work/NAME; a refusal is shown and ends the script
ask() {
  local name=$1 method=$2 path=$3 status
  shift 3
  status=$(curl -sS -o "$work/$name" -D "$work/$name.headers" -w '%{http_code}' -X "$method" "$URL$path" "$@")
  echo "$method $path -> $status"
  case $status in 2* | 302 | 303) ;; *) cat "$work/$name" >&2; echo >&2; exit 1 ;; esac
}
tool() { ask "$@" -H "Authorization: Bearer $KEY"; }
json() { printf '%s' "$1" >"$work/body"; echo "@$work/body"; }
JSON='Content-Type: application/json'

say 'Check a text; nothing of it is kept'
channel=${ACCOUNT%%:*}
body=$("$PYTHON" -c 'import json, sys; print(json.dumps({"text": sys.argv[1], "channel": sys.argv[2]}))' "$TEXT" "$channel")
tool check POST /api/v1/check -H "$JSON" --data-binary "$(json "$body")"
echo "verdict: $(pick "$work/check" 'v["verdict"]'), must sign: $(pick "$work/check" '", ".join(v["requires"])')"

say 'Make a draft; the name of the call makes a repeated one harmless'
body=$("$PYTHON" -c 'import json, sys; print(json.dumps({"variants": [
  {"channel": sys.argv[2].partition(":")[0], "account": sys.argv[2], "parts": [{"text": sys.argv[1]}],
   "tool": {"post_id": "calendar-1"}}]}))' "$TEXT" "$ACCOUNT")
call="walk-$$-$(date +%s)"
tool draft POST /api/v1/drafts -H "$JSON" -H "Idempotency-Key: $call" --data-binary "$(json "$body")"
draft=$(pick "$work/draft" 'v["id"]')
digest=$(pick "$work/draft" 'v["variants"][0]["content_sha256"]')
tool again POST /api/v1/drafts -H "$JSON" -H "Idempotency-Key: $call" --data-binary "$(json "$body")"
test "$draft" = "$(pick "$work/again" 'v["id"]')"

say 'Submit it'
tool submitted POST "/api/v1/drafts/$draft/submit"
echo "state: $(pick "$work/submitted" 'v["state"]')"

say 'Sign in as marketing, as a browser does'
field() { sed -n 's/.*name="csrf_token"[^>]*value="\([^"]*\)".*/\1/p' "$1" | head -n 1; }
jar=(-b "$work/jar" -c "$work/jar" -H "Referer: $URL/")
curl -sS "${jar[@]}" -o "$work/page" "$URL/sign-in"
ask in POST /sign-in "${jar[@]}" --data-urlencode "csrf_token=$(field "$work/page")" \
  --data-urlencode "email=$MARKETING" --data-urlencode "password=$PASSWORD"
curl -sS -L "${jar[@]}" -o "$work/page" "$URL/"
csrf=$(field "$work/page")

say 'Read it, and approve exactly what was read'
ask seen GET "/api/v1/drafts/$draft" "${jar[@]}"
seen=$(pick "$work/seen" 'json.dumps({x["content_sha256"]: x["verdict"]["sha256"] for x in v["variants"]})')
ask signed POST "/api/v1/drafts/$draft/sign-offs" "${jar[@]}" -H "$JSON" -H "X-CSRFToken: $csrf" \
  --data-binary "$(json "{\"group\": \"marketing\", \"seen\": $seen}")"
echo "state: $(pick "$work/signed" 'v["state"]')"

say 'The tool, which was waiting, hears of it'
activity=$(sed -n 's/^[Xx]-[Aa]ctivity: *\([^[:space:]]*\).*/\1/p' "$work/submitted.headers")
tool waited GET "/api/v1/drafts/$draft?wait=25" -H "If-None-Match: \"$activity\""
echo "state: $(pick "$work/waited" 'v["state"]')"

say 'It asks for a permit and redeems it'
tool permit POST /api/v1/permits -H "$JSON" \
  --data-binary "$(json "{\"draft\": \"$draft\", \"content_sha256\": \"$digest\"}")"
jti=$(pick "$work/permit" 'v["jti"]')
tool redeemed POST /api/v1/permits/redeem -H "$JSON" \
  --data-binary "$(json "{\"token\": \"$(pick "$work/permit" 'v["token"]')\"}")"

say 'Verify it offline: the keys and the status list of the last minute, and exactly these words'
ask jwks GET /.well-known/jwks.json
ask status GET /.well-known/release-status
"$PYTHON" - "$work" "$TOOL" "$BRAND" <<'PYTHON'
import json, pathlib, sys
from datetime import UTC, datetime
from reviewer.client import verify

work, tool, brand = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
read = lambda name: json.loads((work / name).read_text())
claims = verify(
    read("permit")["token"], read("redeemed")["content"], read("jwks"), (work / "status").read_text(),
    audience=tool, brand=brand, now=datetime.now(UTC),
)
print("go ahead:", claims["account"], claims["window"])
PYTHON

say 'Publish (pretended here), and report where it is'
url="https://social.example/$jti"
tool published POST /api/v1/publications -H "$JSON" \
  --data-binary "$(json "{\"jti\": \"$jti\", \"url\": \"$url\", \"at\": \"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}")"

say 'Compare what is public with what was signed'
tool compared GET /api/v1/reconciliation
pick "$work/compared" '"\n".join(m["outcome"] + " " + m["publication"]["url"] for m in v["items"] if m["permit"] and m["permit"]["jti"] == "'"$jti"'")' | tee "$work/outcome"
grep -qx "published $url" "$work/outcome"
