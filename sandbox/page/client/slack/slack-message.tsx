import { type ReactNode, useState } from "react";
import type { SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";
import { Avatar } from "../avatar.tsx";
import { clock, momentOf } from "../format.ts";
import { useTable } from "../store.ts";
import { Blocks } from "./blocks.tsx";
import { EditMessage } from "./edit-message.tsx";
import { Emoji } from "./emoji.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { SlackFiles } from "./slack-files.tsx";
import type { Shown } from "./use-messages.ts";

/** One message as Slack shows it, with what can be done to it. */
export function SlackMessageView(props: {
  readonly item: Shown;
  readonly me: string;
  readonly sandbox: SandboxRow;
  readonly isOpen?: boolean;
  readonly run: (action: Promise<string>) => Promise<boolean>;
  readonly footer?: ReactNode;
}) {
  const { item, me, sandbox, run, footer } = props;
  const { message } = item;
  const [isEditing, setIsEditing] = useState(false);
  const people = useTable("people");
  const stored = item.kind === "message" ? item.message : undefined;
  const author = people[stored?.user ?? ""];
  const isApp = stored ? stored.bot_id !== undefined || author?.isApp === true : true;
  const name = stored?.username ?? (isApp ? "Parley" : (author?.name ?? "Slack"));
  const { image_48: picture, emoji } = stored?.icons ?? {};
  const { channel, ts } = message;
  const here = { user: me, channel, ts };

  return (
    <article
      className="slack-message"
      data-ephemeral={item.kind === "ephemeral"}
      data-open={props.isOpen === true}
      aria-label={`Message of ${name}`}
      data-ts={ts}
      data-app={isApp}
    >
      <Avatar name={name} picture={picture} emoji={emoji?.replaceAll(":", "")} />
      <div className="slack-message-body">
        <p className="slack-message-head">
          <strong>{name}</strong>
          {isApp && <span className="app-badge">APP</span>}
          <time dateTime={new Date(momentOf(ts)).toISOString()}>{clock(momentOf(ts))}</time>
        </p>
        {item.kind === "ephemeral" && <p className="only-you">Only visible to you</p>}
        {isEditing && stored ? (
          <EditMessage
            text={stored.text}
            onCancel={() => setIsEditing(false)}
            onSave={async (text) => {
              if (await run(act("edit", { ...here, text }))) setIsEditing(false);
            }}
          />
        ) : (
          <Blocks
            blocks={message.blocks}
            text={message.text}
            onAction={(action) => void run(act("click", { ...here, ...action }))}
          />
        )}
        {stored?.edited && !isEditing && stored.user === me && (
          <small className="edited">(edited)</small>
        )}
        <SlackFiles files={stored?.files ?? []} />
        {stored?.reactions && stored.reactions.length > 0 && (
          <ul className="reactions" aria-label="Reactions">
            {stored.reactions.map(({ name: reaction, users, count }) => (
              <li key={reaction}>
                <button
                  type="button"
                  aria-pressed={users.includes(me)}
                  title={`:${reaction}: by ${users.map((id) => people[id]?.name ?? id).join(", ")}`}
                  onClick={() => void run(act("react", { ...here, name: reaction }))}
                >
                  <Emoji name={reaction} /> {count}
                </button>
              </li>
            ))}
          </ul>
        )}
        {footer}
      </div>
      {stored && stored.subtype !== "tombstone" && (
        <MessageMenu
          shortcuts={sandbox.shortcuts}
          isOwn={stored.user === me}
          onReact={(reaction) => void run(act("react", { ...here, name: reaction }))}
          onShortcut={(callbackId) => void run(act("shortcut", { ...here, callbackId }))}
          onEdit={() => setIsEditing(true)}
          onRemove={() => void run(act("remove", here))}
        />
      )}
    </article>
  );
}
