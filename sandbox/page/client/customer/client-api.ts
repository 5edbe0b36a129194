import type { MessageAgent, ParleyMessage } from "../../../../fakes/parley/message.ts";

export interface MessagePage {
  /** Newest first. */
  readonly data: readonly ParleyMessage[];
  readonly agent: MessageAgent | null;
  readonly paging: { readonly before: string };
}

/** Parley's Client API 1.9, called as Parley's own web client does. */
export interface ClientApi {
  /** The latest page, or the one at a `paging.before`. */
  messages(path?: string): Promise<MessagePage>;
  write(text: string): Promise<void>;
  sendFile(file: File): Promise<void>;
  typing(isTyping: boolean): Promise<void>;
  seen(messageIds: readonly number[]): Promise<void>;
  /** The bytes of a message's `media.id`. */
  media(id: string): Promise<Blob>;
}

export function createClientApi(options: {
  readonly domain: string;
  readonly account: string;
  readonly device: string;
  /** Of a registered User. */
  readonly authorization: string | undefined;
}): ClientApi {
  const root = `${options.domain}/clientApi/v1.9`;
  const identity = {
    "x-iris-identification": `${options.account}:${options.device}`,
    ...(options.authorization !== undefined && { authorization: options.authorization }),
  };

  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(root + path, {
      method,
      headers: { ...identity, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`Parley answered ${response.status}`);
    return response;
  };

  return {
    async messages(path = "/messages") {
      return (await (await call("GET", path)).json()) as MessagePage;
    },
    async write(message) {
      await call("POST", "/messages", { message });
    },
    async sendFile(file) {
      const form = new FormData();
      form.append("media", file);
      const response = await fetch(`${root}/media`, {
        method: "POST",
        headers: identity,
        body: form,
      });
      const answer = (await response.json()) as {
        data?: { media: string };
        notifications?: readonly { message: string }[];
      };
      if (!answer.data) throw new Error(answer.notifications?.[0]?.message ?? "upload failed");
      const media = { id: answer.data.media, description: file.name };
      await call("POST", "/messages", { media });
    },
    async typing(isTyping) {
      await call("POST", `/services/event/${isTyping ? "startTyping" : "stopTyping"}`);
    },
    async seen(messageIds) {
      await call("PUT", "/messages/status/4", { messageIds });
    },
    async media(id) {
      // `img/364/2023/6/6/name.png` is at `/media/2023/6/6/name.png`.
      const response = await call("GET", `/media/${id.split("/").slice(2).join("/")}`);
      return response.blob();
    },
  };
}
