// A certified OpenID Connect provider on 127.0.0.1, with the accounts and clients that the test gives it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { folder, port, accounts, clients } = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(`${folder}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  acrValues: ["urn:acr:two"],
  claims: { acr: null, email: ["email", "email_verified"], openid: ["sub"] },
  cookies: { keys: ["only for tests"] },
  findAccount: (_context, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
  pkce: { required: () => true },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
