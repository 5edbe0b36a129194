import { useCallback, useEffect, useState } from "react";
import type { ParleyMessage } from "../../../../fakes/parley/message.ts";
import type { CustomerRow } from "../../wire.ts";
import type { ClientApi, MessagePage } from "./client-api.ts";

export interface Chat {
  /** Oldest first. */
  readonly messages: readonly ParleyMessage[];
  readonly agent: MessagePage["agent"];
  /** Undefined when the beginning is shown. */
  readonly loadEarlier: (() => Promise<void>) | undefined;
}

/** What the customer's app knows of the chat, read again whenever it may have changed. */
export function useChat(api: ClientApi, customer: CustomerRow): Chat {
  const { version, userId } = customer;
  const [known, setKnown] = useState<ReadonlyMap<number, ParleyMessage>>(new Map());
  const [agent, setAgent] = useState<MessagePage["agent"]>(null);
  const [before, setBefore] = useState<string>();

  const add = useCallback((messages: readonly ParleyMessage[]) => {
    setKnown(
      (old) => new Map([...old, ...messages.map((message) => [message.id, message] as const)]),
    );
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another User's chat starts empty
  useEffect(() => {
    setKnown(new Map());
    setBefore(undefined);
  }, [api, userId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what is to be read
  useEffect(() => {
    let isGone = false;
    void api
      .messages()
      .then((page) => {
        if (isGone) return;
        add(page.data);
        setAgent(page.agent);
        setBefore((path) => path ?? page.paging.before);
        const unseen = page.data.filter(({ typeId, status }) => typeId === 2 && status < 4);
        if (unseen.length > 0) return api.seen(unseen.map(({ id }) => id));
        return undefined;
      })
      // Tried again at the next change.
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [api, version, add]);

  return {
    messages: [...known.values()].sort((a, b) => a.id - b.id),
    agent,
    loadEarlier: before
      ? async () => {
          const page = await api.messages(before);
          add(page.data);
          setBefore(page.paging.before);
        }
      : undefined,
  };
}
