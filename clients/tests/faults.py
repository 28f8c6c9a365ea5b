"""Judges what a client made of the scenarios, by what it printed, what the proxy saw and what the server stored."""

import json
import pathlib
import uuid

SCENARIOS = json.loads((pathlib.Path(__file__).parent / "scenarios.json").read_text())


def prepared(server, proxy, client):
    """The scenarios with the ids and e-mails that one client gets."""
    prefix = uuid.uuid4().hex[:8]
    ready = []
    for number, scenario in enumerate(SCENARIOS):
        name = f"{prefix}-{number}"
        customer = server.call("POST", "/v0/customers", {"email": f"before-{name}@example.com", "type": "individual"})
        webhook = {}
        if scenario["call"] == "delete":
            webhook = server.call("POST", "/v0/webhooks", {"url": "http://127.0.0.1:19999/"})
        key = {"key": f"{scenario['key']}-{name}"} if "key" in scenario else {}
        ready.append({**scenario, **key, "id": name, "email": f"{name}@example.com", "client": client,
                      "base_url": f"{proxy.url}/{name}/{','.join(scenario['faults']) or 'pass'}",
                      "customer_id": customer["customer_id"], "webhook_id": webhook.get("id", "")})
    return ready


def mistakes(server, proxy, ready, printed):
    """What is wrong, one line for each mistake."""
    found = {one["name"]: one for one in json.loads(printed)}
    for scenario in ready:
        for mistake in judged(server, scenario, found[scenario["name"]], proxy.seen[scenario["id"]]):
            yield f"{scenario['client']}: {scenario['name']}: {mistake}"


def judged(server, scenario, outcome, seen):
    expected = scenario.get("outcome", "ok")
    if outcome["outcome"] != expected:
        yield f"expected {expected}, got {outcome['outcome']}"
    if outcome["replayed"] != scenario.get("replayed", False):
        yield f"the response is replayed: {outcome['replayed']}"
    attempts = scenario.get("attempts", len(scenario["faults"]) + 1)
    if len(seen) != attempts:
        yield f"expected {attempts} attempts, got {[one['fault'] for one in seen]}"
    for number, least in enumerate(scenario.get("gaps", [])[: len(seen) - 1]):
        gap = seen[number + 1]["at"] - seen[number]["at"]
        if not least <= gap <= least + 15:
            yield f"waited {gap:.2f} s after attempt {number + 1}, expected at least {least}"
    yield from wrong_keys(scenario, {one["key"] for one in seen}, scenario["call"] in ("get", "list", "delete"))
    if scenario["call"] == "create":
        stored = len(server.call("GET", f"/v0/customers?email={scenario['email']}")["items"])
        if stored != scenario.get("stored", 0):
            yield f"{stored} customers are stored"


def wrong_keys(scenario, keys, is_read):
    if is_read:
        if keys != {None}:
            yield f"has idempotency keys: {keys}"
    elif len(keys) != 1 or None in keys:
        yield f"has no key, or several: {keys}"
    elif "key" in scenario and keys != {scenario["key"]}:
        yield f"has another key than the caller's: {keys}"
