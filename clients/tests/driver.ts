// Makes the calls of the scenarios, and prints what came of each. tests/faults.py judges it.
import { DossierClient, DossierError, DossierProblem, type Result, type Settings } from "dossier-client";

interface Scenario {
    name: string;
    call: string;
    base_url: string;
    email: string;
    customer_id: string;
    webhook_id: string;
    key?: string;
    max_attempts?: number;
    max_seconds?: number;
}

const key = process.env["DOSSIER_KEY"] ?? "";
const scenarios = JSON.parse(process.env["DOSSIER_SCENARIOS"] ?? "[]") as Scenario[];

function call(scenario: Scenario): Promise<Result<unknown>> {
    const settings: Settings = { maxAttempts: scenario.max_attempts ?? 5, maxSeconds: scenario.max_seconds ?? 60 };
    const client = new DossierClient(scenario.base_url, key, settings);
    const { customer_id, webhook_id, email } = scenario;
    const idempotency = scenario.key ? { idempotency_key: scenario.key } : {};
    switch (scenario.call) {
        case "create":
            return client.createCustomer({ body: { email, type: "individual" }, ...idempotency });
        case "create_nothing":
            return client.createCustomer({ body: { email: "", type: "individual" } });
        case "patch":
            return client.patchCustomer({ customer_id, body: { first_name: "Ada" } });
        case "upload":
            return client.uploadFile({ path: process.env["DOSSIER_FILE"] ?? "" });
        case "get":
            return client.getCustomer({ customer_id });
        case "list":
            return client.listCustomers();
        case "delete":
            return client.deleteWebhook({ webhook_id });
        default:
            throw new Error(`no such call: ${scenario.call}`);
    }
}

async function outcome(scenario: Scenario) {
    try {
        return { name: scenario.name, outcome: "ok", replayed: (await call(scenario)).isReplayed };
    } catch (error) {
        if (!(error instanceof DossierError)) throw error;
        const code = error instanceof DossierProblem ? error.code : error.name;
        return { name: scenario.name, outcome: code, replayed: false };
    }
}

console.log(JSON.stringify(await Promise.all(scenarios.map(outcome))));
