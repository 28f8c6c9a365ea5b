// Two identity providers for the tests of signing in to the desk: npm's oidc-provider, and PyPI's oidc-provider-mock.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { Provider } from "oidc-provider";

const MOCK = new URL("../clients/.venv/bin/oidc-provider-mock", import.meta.url).pathname;

// A port that was free a moment ago. A provider and the desk need to know the other's before either starts.
export async function freePort() {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

// npm's oidc-provider. `people` are claims by login.
export async function oidcProvider(back, people) {
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const [id, secret] = ["dossier", "a secret with : and % and +"];
    const provider = new Provider(issuer, {
        clients: [{ client_id: id, client_secret: secret, redirect_uris: [back] }],
        claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
        findAccount: (_, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
        cookies: { keys: ["only for tests"] },
        features: { devInteractions: { enabled: true } },
    });
    const listening = provider.listen(port, "127.0.0.1");
    return { issuer, id, secret, stop: () => listening.close() };
}

// PyPI's oidc-provider-mock, or `undefined` where its package is not installed.
export async function oidcProviderMock(people) {
    if (!existsSync(MOCK)) return undefined;
    const port = await freePort();
    const claims = Object.entries(people).flatMap(([sub, more]) => ["--user-claims", JSON.stringify({ sub, ...more })]);
    const child = spawn(MOCK, ["--port", port, ...claims], { stdio: "ignore" });
    const issuer = `http://localhost:${port}`;
    for (let tries = 0; ; tries += 1) {
        const found = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => undefined);
        if (found?.ok) break;
        if (tries > 200) throw new Error("oidc-provider-mock does not answer");
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { issuer, id: "dossier", secret: "secret", stop: () => child.kill("SIGKILL") };
}
