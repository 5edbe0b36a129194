import { type MouseEvent, useState } from "react";
import type { SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";
import { useTable } from "../store.ts";
import { Channel } from "./channel.tsx";
import { DirectMessages } from "./direct-messages.tsx";
import { Home } from "./home.tsx";
import { ModalStack } from "./modal-stack.tsx";
import { Thread } from "./thread.tsx";
import { useUnread } from "./use-unread.ts";
import { Who } from "./who.tsx";

interface LinkedThread {
  readonly channel: string;
  readonly ts: string;
}

function threadOfLink(href: string, slackUrl: string): LinkedThread | undefined {
  const url = new URL(href);
  const [, channel, seconds, micros] =
    url.pathname.match(/^\/archives\/(\w+)\/p(\d{10})(\d{6})$/) ?? [];
  if (url.origin !== slackUrl || channel === undefined) return undefined;
  return { channel, ts: url.searchParams.get("thread_ts") ?? `${seconds}.${micros}` };
}

/** `?channel=C…&thread=TS`, to which the fake Slack sends whoever follows a link to a message. */
function threadOfPage(): LinkedThread | undefined {
  const query = new URLSearchParams(location.search);
  const [channel, ts] = [query.get("channel"), query.get("thread")];
  return channel && ts ? { channel, ts } : undefined;
}

/** A workspace of Slack, as the chosen member sees it. */
export function SlackPane({ sandbox }: { sandbox: SandboxRow }) {
  const people = Object.values(useTable("people")).filter(({ isApp }) => !isApp);
  const messages = useTable("messages");
  const [chosen, setChosen] = useState<string>();
  // `?as=ben`, so that a second window can be somebody else.
  const [given] = useState(() => new URLSearchParams(location.search).get("as")?.toLowerCase());
  const [linked] = useState(threadOfPage);
  /** A channel's id, `home` or `messages`. */
  const [place, setPlace] = useState(linked?.channel);
  // By channel; `null` once it was closed.
  const [opened, setOpened] = useState<Readonly<Record<string, string | null>>>(
    linked ? { [linked.channel]: linked.ts } : {},
  );
  const me =
    people.find(({ id }) => id === chosen) ??
    people.find(({ name }) => name.toLowerCase() === given) ??
    people[0];
  const current = place ?? sandbox.channels[0]?.id ?? "";
  const unread = useUnread(current === "messages" ? (me?.directMessages ?? "") : current);
  if (!me) return null;

  const channel = sandbox.channels.find(({ id }) => id === current);
  // Until somebody chooses or closes a thread, the first one is shown.
  const first = Object.values(messages).find(
    (message) => message.channel === current && !message.thread_ts && !message.subtype,
  );
  const threadTs = opened[current] === undefined ? first?.ts : opened[current];
  const root = messages[`${current}/${threadTs}`];
  const open = (channelId: string, ts: string | null): void =>
    setOpened((before) => ({ ...before, [channelId]: ts }));

  const goHome = (): void => {
    setPlace("home");
    void act("home", { user: me.id });
  };
  const places = [
    ...sandbox.channels.map(({ id, name, isArchived }) => ({
      id,
      name: `# ${name}`,
      isArchived,
      isUnread: unread(id),
      go: () => setPlace(id),
    })),
    { id: "home", name: "App Home", isArchived: false, isUnread: false, go: goHome },
    {
      id: "messages",
      name: "Messages",
      isArchived: false,
      isUnread: unread(me.directMessages),
      go: () => setPlace("messages"),
    },
  ];

  /** Links to messages open here, as in Slack; others in a window of their own. */
  const follow = (event: MouseEvent<HTMLElement>): void => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const thread = link && threadOfLink(link.href, sandbox.slackUrl);
    if (!thread || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setPlace(thread.channel);
    open(thread.channel, thread.ts);
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: links in it fire clicks from the keyboard, too
    <section className="pane slack" aria-label="Slack" onClick={follow}>
      <header className="pane-header slack-header">
        <h2>Slack</h2>
        <nav aria-label="Places in Slack">
          {places.map(({ id, name, isArchived, isUnread, go }) => (
            <button
              key={id}
              type="button"
              className="place"
              aria-current={id === current ? "page" : undefined}
              data-archived={isArchived}
              onClick={go}
            >
              {name}
              {isUnread && id !== current && (
                <span className="unread">
                  <span className="hidden">, new</span>
                </span>
              )}
            </button>
          ))}
        </nav>
        <Who
          people={people}
          me={me}
          onChoose={(id) => {
            setChosen(id);
            if (current === "home") void act("home", { user: id });
          }}
        />
      </header>
      {current === "home" && <Home me={me.id} />}
      {current === "messages" && <DirectMessages key={me.id} sandbox={sandbox} me={me} />}
      {channel && (
        <div className="slack-columns" data-thread={root !== undefined}>
          <Channel
            key={channel.id}
            sandbox={sandbox}
            channel={channel}
            me={me}
            openTs={root?.ts}
            onOpen={(ts) => open(channel.id, ts)}
          />
          {root && (
            <Thread
              key={root.ts}
              sandbox={sandbox}
              me={me}
              root={root}
              onClose={() => open(channel.id, null)}
            />
          )}
        </div>
      )}
      <ModalStack me={me.id} />
    </section>
  );
}
