import { randomBytes } from "node:crypto";
import { identity } from "./identity.ts";

/** What the app and Slack prove themselves with. */
export interface Credentials {
  botToken: string;
  /** An app may have several. */
  readonly appTokens: Set<string>;
  /** Tokens of before. */
  readonly revoked: Set<string>;
  signingSecret: string;
}

/** What whoever owns the app does on its page at Slack. Each returns the new one. */
export interface AppPage {
  /** Takes the app out of the workspace and puts it in again: the bot token of before is revoked. */
  reinstall(): string;
  /** At once, and the one of before signs nothing any more. */
  regenerateSigningSecret(): string;
  /** One more app token. */
  addAppToken(): string;
  revokeAppToken(token: string): void;
}

export const createCredentials = (): Credentials => ({
  botToken: identity.botToken,
  appTokens: new Set([identity.appToken]),
  revoked: new Set(),
  signingSecret: identity.signingSecret,
});

export const createAppPage = (credentials: Credentials): AppPage => ({
  reinstall() {
    credentials.revoked.add(credentials.botToken);
    credentials.botToken = `xoxb-1000000001-2000000002-${makeSecret()}`;
    return credentials.botToken;
  },
  regenerateSigningSecret() {
    credentials.signingSecret = makeSecret();
    return credentials.signingSecret;
  },
  addAppToken() {
    const token = `xapp-1-${identity.appId}-3000000003-${makeSecret()}`;
    credentials.appTokens.add(token);
    return token;
  },
  revokeAppToken(token) {
    credentials.appTokens.delete(token);
    credentials.revoked.add(token);
  },
});

const makeSecret = (): string => randomBytes(16).toString("hex");
