// The client of openapi-typescript and openapi-fetch: code that must compile, code that must not, and calls to the API.
import createClient from "openapi-fetch";
import type { components, paths, webhooks } from "dossier-client";

type Customer = components["schemas"]["Customer"];
type Update = components["schemas"]["CustomerUpdate"];
type Patch = components["schemas"]["CustomerPatch"];
type EventMessage = webhooks["customerEvent"]["post"]["requestBody"]["content"]["application/json"];

const api = createClient<paths>({
    baseUrl: process.env["DOSSIER_URL"] ?? "",
    headers: { "Api-Key": process.env["DOSSIER_KEY"] ?? "" },
});
const mergePatch = { "Content-Type": "application/merge-patch+json" };

function check(holds: boolean, what: string): asserts holds {
    if (!holds) throw new Error(what);
}

// Returns the body of a response, or throws an error with the code of the problem.
function found<T>(answer: { data?: T; error?: unknown }, what: string): T {
    check(answer.data !== undefined, `${what}: ${JSON.stringify(answer.error)}`);
    return answer.data;
}

// Never called. Each marked line must be an error, or the compiler reports the mark.
export async function refused() {
    // @ts-expect-error A number is no customer.
    await api.POST("/v0/customers", { body: 7 });
    // @ts-expect-error The type is required.
    await api.POST("/v0/customers", { body: { email: "ada@example.com" } });
    // @ts-expect-error The type is a word of a closed list.
    await api.POST("/v0/customers", { body: { email: "ada@example.com", type: "robot" } });
}

// The same of bodies that require nothing. openapi-fetch takes anything for those, so the types are asked themselves.
export const refusedBodies: (Update | Patch)[] = [
    // @ts-expect-error A number is no update and no patch.
    7,
];
// @ts-expect-error PUT does not clear members.
export const refusedUpdate: Update = { first_name: null };
// @ts-expect-error A patch has no unknown members.
export const refusedPatch: Patch = { frist_name: "Ada" };

// What a receiver of webhooks does.
export function received(message: EventMessage): string | null {
    return message.event_type === "customer.kycs.updated" ? nameOf(message.entity_object) : null;
}

// An erased customer has no name. The type tells the other two kinds of customer apart.
function nameOf(customer: EventMessage["entity_object"]): string | null {
    if ("erased" in customer) {
        return null;
    }
    return customer.type === "individual" ? customer.first_name : customer.company_name;
}

async function create(email: string): Promise<string> {
    const body = { email, type: "individual", first_name: "Ada" } as const;
    const created = found(await api.POST("/v0/customers", { body }), "create");
    const again = await api.POST("/v0/customers", { body });
    check(again.error?.code === "email_taken", "the e-mail is taken");
    check(again.error.customer_id === created.customer_id, "the problem names the customer");
    return created.customer_id;
}

async function change(path: { customer_id: string }) {
    const address = { street_line_1: "1 Main Street", city: "New York", country: "US", postal_code: "10001" };
    const body = { first_name: "Ada", middle_name: "M", last_name: "Lovelace", residential_address: address };
    const put = await api.PUT("/v0/customers/{customer_id}", { params: { path }, body });
    check(Object.keys(found(put, "PUT")).length === 0, "PUT shows nothing");
    const patched = found(
        await api.PATCH("/v0/customers/{customer_id}", {
            params: { path, header: { "If-Match": put.response.headers.get("ETag") ?? "" } },
            headers: mergePatch,
            body: { middle_name: null, residential_address: { city: "Boston" } },
        }),
        "PATCH",
    );
    check("type" in patched && patched.type === "individual", "PATCH shows the customer");
    check(patched.profile?.middle_name === undefined, "the patch clears a member");
    check(patched.profile?.residential_address?.city === "Boston", "the patch changes a member of a member");
}

async function read(path: { customer_id: string }): Promise<Customer> {
    const query = { expand: "profile,requirements" };
    return found(await api.GET("/v0/customers/{customer_id}", { params: { path, query } }), "GET");
}

async function approve(path: { customer_id: string }) {
    const opened = await api.POST("/v0/customers/{customer_id}/kycs", { params: { path }, body: {} });
    const session = found(opened, "session");
    check(session.kycs.status === "pending", "the session is open");
    for (const action of ["kyc.status.submit", "kyc.status.approve"] as const) {
        found(await api.POST("/v0/customers/simulate", { body: { action, ...path } }), action);
    }
    const customer = await read(path);
    check(customer.kycs?.status === "approved" && customer.address?.city === "Boston", "the address is verified");
}

async function events(id: string) {
    const page = found(await api.GET("/v0/events", { params: { query: { limit: 1000 } } }), "events");
    const mine = page.items.filter((event) => event.entity_id === id);
    check(mine.length >= 5 && mine.every((event, at) => event.number === at + 1), "events are counted");
    check(mine.every((event) => nameOf(event.entity_object) === "Ada"), "events show the customer");
}

const id = await create(`ada-${Date.now()}@example.com`);
await change({ customer_id: id });
const customer = await read({ customer_id: id });
check(nameOf(customer) === "Ada" && (customer.requirements?.length ?? 0) > 0, "GET shows what is required");
await approve({ customer_id: id });
await events(id);
