"""Makes the calls of the scenarios, and prints what came of each. tests/faults.py judges it.

With --async, by the asynchronous client.
"""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from dossier_client import AsyncDossierClient, DossierClient, DossierError, DossierProblem, Result
from dossier_client.models import IndividualPatch, NewCustomer

KEY = os.environ["DOSSIER_KEY"]
SCENARIOS: list[dict[str, Any]] = json.loads(os.environ["DOSSIER_SCENARIOS"])


def call(client: Any, scenario: dict[str, Any]) -> Any:
    """The call of either client: a result, or a coroutine that returns one."""
    customer = UUID(scenario["customer_id"])
    idempotency = {"idempotency_key": scenario["key"]} if "key" in scenario else {}
    match scenario["call"]:
        case "create":
            return client.create_customer(body=NewCustomer(scenario["email"], "individual"), **idempotency)
        case "create_nothing":
            return client.create_customer(body=NewCustomer("", "individual"))
        case "patch":
            return client.patch_customer(customer, body=IndividualPatch(first_name="Ada"))
        case "upload":
            return client.upload_file(path=os.environ["DOSSIER_FILE"])
        case "get":
            return client.get_customer(customer)
        case "list":
            return client.list_customers()
        case "delete":
            return client.delete_webhook(UUID(scenario["webhook_id"]))
        case other:
            raise ValueError(other)


def settings(scenario: dict[str, Any]) -> dict[str, Any]:
    return {name: scenario[name] for name in ("max_attempts", "max_seconds") if name in scenario}


def said(scenario: dict[str, Any], result: Result[Any] | DossierError) -> dict[str, Any]:
    if isinstance(result, Result):
        return {"name": scenario["name"], "outcome": "ok", "replayed": result.is_replayed}
    code = result.code if isinstance(result, DossierProblem) else type(result).__name__
    return {"name": scenario["name"], "outcome": code, "replayed": False}


def outcome(scenario: dict[str, Any]) -> dict[str, Any]:
    with DossierClient(scenario["base_url"], KEY, **settings(scenario)) as client:
        try:
            return said(scenario, call(client, scenario))
        except DossierError as error:
            return said(scenario, error)


async def async_outcome(scenario: dict[str, Any]) -> dict[str, Any]:
    async with AsyncDossierClient(scenario["base_url"], KEY, **settings(scenario)) as client:
        try:
            return said(scenario, await call(client, scenario))
        except DossierError as error:
            return said(scenario, error)


async def async_outcomes() -> list[dict[str, Any]]:
    return await asyncio.gather(*[async_outcome(one) for one in SCENARIOS])


if "--async" in sys.argv:
    outcomes = asyncio.run(async_outcomes())
else:
    with ThreadPoolExecutor(len(SCENARIOS)) as pool:
        outcomes = list(pool.map(outcome, SCENARIOS))
print(json.dumps(outcomes))
