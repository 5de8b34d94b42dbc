// A real OpenID Connect provider, on a free port of this machine, for as long as standard input is open. Whoever is sent
// to it types who they are into the address of its page: ?login=NAME&amr=METHOD.

import { createServer } from "node:http";

import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const REDIRECT_URI = "https://dashboard.example/signed-in";
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];

const keys = [];
for (const alg of ALGORITHMS) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...(await exportJWK(privateKey)), alg, use: "sig", kid: `key-${alg}` });
}

// One client for each way to sign, one that has no secret, and one that is somebody else's.
const client = (client_id, id_token_signed_response_alg, more = { client_secret: `secret of ${client_id}` }) => ({
    client_id,
    id_token_signed_response_alg,
    redirect_uris: [REDIRECT_URI],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    ...more,
});
const clients = [
    ...ALGORITHMS.map((alg) => client(`onsite-${alg}`, alg)),
    client("onsite-post", "RS256", { client_secret: "secret", token_endpoint_auth_method: "client_secret_post" }),
    client("onsite-public", "ES256", { token_endpoint_auth_method: "none" }),
    client("another", "RS256"),
];

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
    clients,
    jwks: { keys },
    cookies: { keys: ["of no use to anyone"] },
    claims: { openid: ["sub"], profile: ["preferred_username"], amr: null, acr: null, auth_time: null, iss: null },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id.replace("subject of ", "") }),
    }),
    // Nobody is asked whether the client may know who they are.
    async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope("openid profile");
        await grant.save();
        return grant;
    },
});

const callback = provider.callback();
server.on("request", async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    if (!pathname.startsWith("/interaction/")) return callback(request, response);
    const login = { accountId: `subject of ${searchParams.get("login")}`, amr: searchParams.getAll("amr") };
    await provider.interactionFinished(request, response, { login });
});

console.log(`listening at ${issuer}`);
process.stdin.resume().on("end", () => process.exit());
