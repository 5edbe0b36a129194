import type { MessageButton, ParleyMessage } from "../../../../fakes/parley/message.ts";
import { Avatar } from "../avatar.tsx";
import { withShownEmoji } from "../emoji-text.ts";
import { clock } from "../format.ts";
import { Markdown } from "../markdown.tsx";
import { ChatMedia } from "./chat-media.tsx";
import type { ClientApi } from "./client-api.ts";

const FROM_USER = new Set([1, 4]);

export function ChatMessage(props: {
  readonly api: ClientApi;
  readonly message: ParleyMessage;
  readonly before: ParleyMessage | undefined;
  readonly isLast: boolean;
  readonly onReply: (text: string) => void;
}) {
  const { api, message, before, isLast, onReply } = props;
  const isOwn = FROM_USER.has(message.typeId);
  const { agent } = message;
  const isFirstOfAgent = !isOwn && agent !== null && agent.name !== before?.agent?.name;
  return (
    <article className="chat-message" data-own={isOwn}>
      {isFirstOfAgent && (
        <p className="chat-agent">
          <Avatar name={agent.name} picture={agent.avatar} />
          {agent.name}
        </p>
      )}
      <div className="bubble">
        {message.title && <h3>{withShownEmoji(message.title)}</h3>}
        {message.media && <ChatMedia api={api} media={message.media} />}
        {message.message && <Markdown text={message.message} />}
        <Buttons buttons={message.buttons} onReply={onReply} />
      </div>
      {message.carousel.length > 0 && (
        <ul className="carousel">
          {message.carousel.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a sent carousel never changes
            <li className="bubble" key={index}>
              {item.media && <ChatMedia api={api} media={item.media} />}
              {item.title && <h3>{withShownEmoji(item.title)}</h3>}
              {item.message && <Markdown text={item.message} />}
              <Buttons buttons={item.buttons} onReply={onReply} />
            </li>
          ))}
        </ul>
      )}
      <time dateTime={new Date(message.time * 1000).toISOString()}>
        {clock(message.time * 1000)}
      </time>
      {isLast && message.quickReplies.length > 0 && (
        <ul className="quick-replies" aria-label="Quick replies">
          {message.quickReplies.map((reply) => (
            <li key={reply}>
              <button type="button" onClick={() => onReply(reply)}>
                {withShownEmoji(reply)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function Buttons(props: {
  readonly buttons: readonly MessageButton[];
  readonly onReply: (text: string) => void;
}) {
  if (props.buttons.length === 0) return null;
  return (
    <div className="bubble-buttons">
      {props.buttons.map(({ type, title, payload }) =>
        type === "reply" ? (
          <button type="button" key={payload} onClick={() => props.onReply(payload)}>
            {withShownEmoji(title ?? payload)}
          </button>
        ) : (
          <a
            key={payload}
            href={type === "phoneNumber" ? `tel:${payload}` : safeUrl(payload)}
            target="_blank"
            rel="noreferrer"
          >
            {withShownEmoji(title ?? payload)}
          </a>
        ),
      )}
    </div>
  );
}

/** Only what a browser may open: never `javascript:`. */
const safeUrl = (url: string): string | undefined => (/^https?:\/\//.test(url) ? url : undefined);
