// Signing in to the desk in a real browser: the link of the first start, passkeys on a virtual authenticator, and two
// identity providers. axe finds nothing on any page, light and dark, and none is wider than the screen.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { axe, clean, launch, open, overflow, Server } from "./harness.mjs";
import { freePort, oidcProvider, oidcProviderMock } from "./providers.mjs";

const browser = await launch();
after(() => browser.close());

async function started(options) {
    const server = await Server.start(options);
    after(() => server.stop());
    return server;
}

const server = await started();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const home = /\/desk\/(sandbox|production)\/queue$/;

async function signOut(page) {
    await page.click(".you > summary");
    await press(page, "Sign out");
    await heading(page, "Sign in");
}

// A device that keeps passkeys, and checks that it is its owner who uses it.
async function device(page) {
    const client = await page.context().newCDPSession(page);
    await client.send("WebAuthn.enable");
    const options = {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
    };
    const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", { options });
    return {
        verifies: (isUserVerified) => client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
        passkeys: async () => (await client.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    };
}

// A page of a member who has just used a new link.
async function member(name, roles, options) {
    const email = `${name.toLowerCase()}@example.com`;
    const words = ["members", "invite", "--name", name, "--email", email, ...roles.flatMap((role) => ["--role", role])];
    const { link } = await server.command(...words);
    const page = await open(browser, server, options);
    await page.goto(link);
    await press(page, "Sign in");
    await heading(page, "Your passkeys");
    return page;
}

test("the link of the first start leads to a passkey, which signs in until it is removed", async () => {
    const page = await open(browser, server, { faults: ["403", "410"] });
    const { passkeys, verifies } = await device(page);
    await page.goto(server.deskLink);
    assert.deepEqual(await axe(page), []);
    await press(page, "Sign in");
    await page.waitForURL("**/desk/passkeys?new=1");
    await page.fill("#passkey-name", "My laptop");
    await press(page, "Add a passkey");
    await page.waitForURL(home);
    const [passkey] = await passkeys();
    assert.deepEqual([passkey.rpId, passkey.isResidentCredential], ["localhost", true]);
    const who = await page.textContent(".you > summary");

    // The device has one already, and says so.
    await page.goto(`${server.desk}/desk/passkeys`);
    await press(page, "Add a passkey");
    await page.getByText("This device already has a passkey for you.").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "passkey", "the button can be pressed again");

    await signOut(page);
    await page.goBack();
    await page.waitForLoadState();
    assert.ok(!(await page.textContent("body")).includes("My laptop"), "back shows nothing of what was there");
    assert.ok(!(await page.textContent("body")).includes(who));

    // It returns to the page that was asked for, and no name is typed.
    await page.goto(`${server.desk}/desk/sessions`);
    await heading(page, "Sign in");
    assert.equal(await page.locator("input").count(), 0);
    await verifies(false);
    await press(page, "Use a passkey");
    await page.getByText("No passkey was used.").waitFor();
    await verifies(true);
    await press(page, "Use a passkey");
    await heading(page, "Sessions");
    assert.equal(await page.textContent(".you > summary"), who);
    await page.getByText("Chrome on Linux, with a passkey").waitFor();

    await page.goto(`${server.desk}/desk/passkeys`);
    await page.getByText("Last used").waitFor();
    await page.click("main details > summary");
    await page.fill("main details input[type=text]", "The old laptop");
    await press(page, "Rename");
    await page.getByRole("heading", { name: "The old laptop" }).waitFor();
    await page.click("main details > summary");
    await press(page, "Remove");
    await page.getByText("You have no passkey.").waitFor();
    await signOut(page);
    await press(page, "Use a passkey");
    await page.getByText("This passkey is no longer registered.").waitFor();
    await page.goto(server.deskLink);
    await press(page, "Sign in");
    await heading(page, "This link no longer works");
    clean(page);
    await page.context().close();
});

test("a browser without scripts gets in with a link, and is told what passkeys need", async () => {
    const page = await member("Noscript", ["viewer"], { javaScriptEnabled: false });
    assert.ok(await page.isVisible("noscript"));
    assert.match(await page.textContent("noscript"), /^Passkeys need JavaScript\./);
    assert.ok(!(await page.isVisible("#passkey")));
    await page.getByRole("link", { name: "Continue without adding a passkey" }).click();
    await page.waitForURL(home);
    await page.context().close();
});

// Follows a sign-in to a provider and back. The providers' own pages load fonts and styles from elsewhere.
async function atProvider(desk, issuer, person, sign) {
    const elsewhere = ["https://fonts.googleapis.com", "https://cdn.jsdelivr.net"];
    const page = await open(browser, desk, { origins: [issuer, ...elsewhere], faults: ["403", "400"] });
    for (const origin of elsewhere) {
        await page.route(`${origin}/**`, (route) => route.fulfill({ contentType: "text/css", body: "" }));
    }
    await page.goto(`${desk.desk}/desk/sessions`);
    assert.deepEqual(await axe(page), []);
    await page.getByRole("link", { name: "Use your company account" }).click();
    await sign(page, person);
    return page;
}

async function withProvider(provide, more) {
    const port = await freePort();
    const provider = await provide(`http://localhost:${port}/desk/oidc/back`);
    if (!provider) return [];
    after(() => provider.stop());
    const { issuer, id, secret } = provider;
    const settings = { DOSSIER_OIDC_ISSUER: issuer, DOSSIER_OIDC_CLIENT_ID: id, DOSSIER_OIDC_CLIENT_SECRET: secret };
    return [await started({ settings: { ...settings, ...more }, listen: `127.0.0.1:${port}` }), issuer];
}

async function invite(desk, name, role) {
    const email = `${name.toLowerCase()}@example.com`;
    await desk.command("members", "invite", "--name", name, "--email", email, "--role", role);
}

const rolesOf = async (desk, name) => {
    const members = await desk.command("members", "list");
    return members.find((one) => one.name === name).roles;
};

const person = (name, groups) => ({ name, email: `${name.toLowerCase()}@example.com`, email_verified: true, groups });

async function logIn(page, login) {
    await page.fill("[name=login]", login);
    await page.fill("[name=password]", "any");
    await press(page, "Sign-in");
}

async function logInAndConsent(page, login) {
    await logIn(page, login);
    await press(page, "Continue");
}

test("oidc-provider signs members in with the roles of their groups, and tells others why not", async () => {
    const people = {
        g1: person("Grace", ["staff", "kyc-analysts"]),
        a1: person("Ada", ["kyc-admins"]),
        k1: person("Katherine", ["staff"]),
        m1: person("Mallory", ["kyc-admins"]),
        u1: { ...person("Ada", ["kyc-admins"]), email_verified: false },
    };
    const [desk, issuer] = await withProvider((back) => oidcProvider(back, people), {
        DOSSIER_OIDC_SCOPES: "openid email profile groups",
        DOSSIER_OIDC_ROLES_CLAIM: "groups",
        DOSSIER_OIDC_ROLES: "kyc-analysts=analyst, kyc-admins=admin, kyc-admins=approver@sandbox",
    });
    for (const name of ["Grace", "Ada", "Katherine"]) await invite(desk, name, "viewer");

    const grace = await atProvider(desk, issuer, "g1", logInAndConsent);
    await heading(grace, "Sessions");
    await grace.getByText("with the company account").waitFor();
    assert.deepEqual(await rolesOf(desk, "Grace"), ["analyst"]);
    assert.equal(await grace.getByRole("link", { name: "Members" }).count(), 0);
    // Where a sign-in has to be fresh, the provider asks again although its own session is open.
    await grace.goto(`${desk.desk}/desk/oidc?fresh=1&to=%2Fdesk%2Fpasskeys`);
    await logIn(grace, "g1");
    await heading(grace, "Your passkeys");
    clean(grace);

    const ada = await atProvider(desk, issuer, "a1", logInAndConsent);
    await ada.getByRole("link", { name: "Members" }).click();
    await heading(ada, "Members");
    assert.deepEqual(await rolesOf(desk, "Ada"), ["approver@sandbox", "admin"]);
    clean(ada);

    for (const [login, title, text] of [
        ["m1", "You are not a member yet", "knows you as mallory@example.com"],
        ["u1", "You are not a member yet", "gives no verified e-mail address"],
        ["k1", "You have no role at the desk", "gives you no role here"],
    ]) {
        const page = await atProvider(desk, issuer, login, logInAndConsent);
        await heading(page, title);
        await page.getByText(text).waitFor();
        assert.deepEqual(await axe(page), [], login);
        clean(page);
        await page.context().close();
    }
    const cancelled = await atProvider(desk, issuer, "", (page) => page.getByText("[ Cancel ]").click());
    await heading(cancelled, "You are not signed in");
    await cancelled.getByText("Your company’s sign-in did not let you in.").waitFor();
    assert.deepEqual(await axe(cancelled), []);
    clean(cancelled);
});

test("oidc-provider-mock signs a known member in, and tells others why not", async (t) => {
    const people = { g1: person("Grace"), m1: person("Mallory") };
    const [desk, issuer] = await withProvider(() => oidcProviderMock(people));
    if (!desk) return t.skip("clients/.venv is not there; ./check setup makes it");
    await invite(desk, "Grace", "viewer");
    const sign = async (page, sub) => {
        await page.fill("[name=sub]", sub);
        await page.getByRole("button", { name: "Authorize" }).click();
    };
    const grace = await atProvider(desk, issuer, "g1", sign);
    await heading(grace, "Sessions");
    assert.deepEqual(await rolesOf(desk, "Grace"), ["viewer"]);
    clean(grace);
    const mallory = await atProvider(desk, issuer, "m1", sign);
    await heading(mallory, "You are not a member yet");
    clean(mallory);
    // It refuses without the state of the sign-in, so anyone could have sent that.
    const denied = await atProvider(desk, issuer, "", (page) => press(page, "Deny"));
    await heading(denied, "You are not signed in");
    await denied.getByText("This sign-in was started in another browser").waitFor();
    clean(denied);
});

test("axe finds nothing on the pages of members, and none is wider than a phone", async () => {
    const admin = await member("Bartholomew", ["admin", "analyst"]);
    const storageState = await admin.context().storageState();
    await member("Priscilla-Featherstonehaugh-Cholmondeley", ["approver@production", "auditor"]);
    const members = `${server.desk}/desk/members`;
    await admin.goto(members);
    const other = await admin.getByRole("link", { name: /^Priscilla/ }).getAttribute("href");
    await admin.goto(`${server.desk}/desk/passkeys?new=1`);
    await device(admin);
    await press(admin, "Add a passkey");
    await admin.waitForURL(home);
    const visit = (path) => (page) => page.goto(server.desk + path);
    const states = {
        "sign-in": (page) =>
            page
                .context()
                .clearCookies()
                .then(() => page.goto(`${server.desk}/desk/sign-in`)),
        link: (page) => page.goto(`${server.desk}/desk/link/dsm_live_cut`),
        passkeys: visit("/desk/passkeys?new=1"),
        sessions: visit("/desk/sessions"),
        members: visit("/desk/members"),
        member: visit(other),
        remove: visit(`${other}/remove`),
        "new-link": async (page) => {
            await page.goto(server.desk + other);
            await press(page, "Make a link");
        },
        refused: async (page) => {
            await page.goto(members);
            await page.fill("#member-name", "x".repeat(300));
            await page.fill("#member-email", "nobody@nowhere");
            await press(page, "Invite");
            await page.locator(".problem").first().waitFor();
            assert.equal(await page.evaluate(() => document.activeElement.id), "member-name");
        },
    };
    for (const [state, go] of Object.entries(states)) {
        const page = await open(browser, server, { faults: ["422", "410"], storageState });
        await go(page);
        // Folded content counts too.
        await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => (one.open = true)));
        for (const [colorScheme, width] of [
            ["light", 375],
            ["dark", 375],
            ["light", 1280],
            ["dark", 1280],
        ]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 800 });
            assert.deepEqual(await axe(page), [], `${state} ${colorScheme} ${width}`);
            assert.ok((await overflow(page)) <= 0, `${state} at ${width}`);
            if (process.env.SCREENSHOTS) {
                const path = `${process.env.SCREENSHOTS}/${state}-${colorScheme}-${width}.png`;
                await page.screenshot({ path, fullPage: true });
            }
        }
        clean(page);
        await page.context().close();
    }
});
