import { useMemo, useRef } from "react";
import type { CustomerRow, SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";
import { Composer } from "../composer.tsx";
import { DropZone } from "../drop-zone.tsx";
import { useProblem } from "../use-problem.ts";
import { useScrollDown } from "../use-scroll-down.ts";
import { ChatMessage } from "./chat-message.tsx";
import { createClientApi } from "./client-api.ts";
import { useChat } from "./use-chat.ts";

/** Said again at most this often while the customer types. */
const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_AFTER_MS = 4_000;

/** One customer's chat, over the Client API alone. */
export function Chat(props: { customer: CustomerRow; parley: SandboxRow["parley"] }) {
  const { customer, parley } = props;
  const { device, authorization } = customer;
  const { clientApi, account } = parley;
  const api = useMemo(
    () => createClientApi({ domain: clientApi, account, device, authorization }),
    [clientApi, account, device, authorization],
  );
  const { messages, agent, loadEarlier } = useChat(api, customer);
  const [problem, run] = useProblem();
  const list = useScrollDown<HTMLDivElement>();

  const typing = useRef({ at: 0, ends: undefined as number | undefined });
  const type = (text: string): void => {
    const state = typing.current;
    clearTimeout(state.ends);
    // Inferred: a service that cannot be reached is nothing that a customer hears of.
    const tell = (isTyping: boolean) => void api.typing(isTyping).catch(() => undefined);
    if (text === "") {
      state.at = 0;
      return;
    }
    if (Date.now() - state.at > TYPING_EVERY_MS) {
      state.at = Date.now();
      tell(true);
    }
    state.ends = window.setTimeout(() => {
      state.at = 0;
      tell(false);
    }, TYPING_ENDS_AFTER_MS);
  };
  const send = (sending: Promise<void>): Promise<boolean> =>
    run(
      sending.then(
        () => "",
        (error: Error) => `Not sent: ${error.message}`,
      ),
    );
  const sendFile = (file: File) => void send(api.sendFile(file));

  return (
    <DropZone className="chat" label={`Chat of ${customer.name}`} onFile={sendFile}>
      <div
        className="chat-panel"
        role="tabpanel"
        id={`chat-${device}`}
        aria-labelledby={`tab-${device}`}
      >
        <div className="chat-head">
          <span>
            <strong>{customer.name}</strong> <small>User {customer.userId}</small>
          </span>
          <span className="owner" data-agents={customer.isWithAgents}>
            with {customer.owner}
          </span>
          {!customer.isRegistered && (
            <button
              type="button"
              className="quiet"
              title="Sign in: Parley merges this anonymous User into a registered one"
              onClick={() => void run(act("sign-in", { device }))}
            >
              Sign in
            </button>
          )}
        </div>
        {customer.line && (
          <p
            className="chat-line"
            role="status"
            title="From the bot's own web page, not in the chat"
          >
            {customer.line}
          </p>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <div className="chat-list" ref={list} role="log" aria-label="Messages" tabIndex={0}>
          {loadEarlier && (
            <button type="button" className="quiet" onClick={() => void loadEarlier()}>
              Earlier messages
            </button>
          )}
          {messages.length === 0 && (
            <p className="empty">
              The customer's phone. Say hello to the bot, or ask it something hard.
            </p>
          )}
          {messages.map((message, index) => (
            <ChatMessage
              key={message.id}
              api={api}
              message={message}
              before={messages[index - 1]}
              isLast={index === messages.length - 1}
              onReply={(text) => void send(api.write(text))}
            />
          ))}
        </div>
        {agent?.isTyping ? <p className="typing">{agent.name} is typing…</p> : null}
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <Composer
          label={`Message as ${customer.name}`}
          placeholder={`Write as ${customer.name.split(" ")[0]}`}
          onType={type}
          onSend={(text) => send(api.write(text.trim()))}
          onFile={sendFile}
        />
      </div>
    </DropZone>
  );
}
