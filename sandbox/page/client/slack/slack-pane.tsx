import { type MouseEvent, useState } from "react";
import type { SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";
import { useTable } from "../store.ts";
import { Channel } from "./channel.tsx";
import { Home } from "./home.tsx";
import { ModalStack } from "./modal-stack.tsx";
import { Thread } from "./thread.tsx";

function threadOfLink(href: string, slackUrl: string): string | undefined {
  const url = new URL(href);
  const [, seconds, micros] = url.pathname.match(/^\/archives\/\w+\/p(\d{10})(\d{6})$/) ?? [];
  if (url.origin !== slackUrl || seconds === undefined) return undefined;
  return url.searchParams.get("thread_ts") ?? `${seconds}.${micros}`;
}

/** A workspace of Slack, as the chosen member sees it. */
export function SlackPane({ sandbox }: { sandbox: SandboxRow }) {
  const people = Object.values(useTable("people")).filter(({ isApp }) => !isApp);
  const messages = useTable("messages");
  const [chosen, setChosen] = useState<string>();
  // `?as=ben`, so that a second window can be somebody else.
  const [given] = useState(() => new URLSearchParams(location.search).get("as")?.toLowerCase());
  const [place, setPlace] = useState<"channel" | "home">("channel");
  // `?thread=TS`, to which the fake Slack sends whoever follows a link to a message.
  const [opened, setOpened] = useState<string | null | undefined>(
    () => new URLSearchParams(location.search).get("thread") ?? undefined,
  );
  const me =
    people.find(({ id }) => id === chosen) ??
    people.find(({ name }) => name.toLowerCase() === given) ??
    people[0];
  if (!me) return null;

  // Until somebody chooses or closes a thread, the first one is shown.
  const first = Object.values(messages).find(({ thread_ts, subtype }) => !thread_ts && !subtype);
  const threadTs = opened === undefined ? first?.ts : (opened ?? undefined);
  const root = messages[`${sandbox.channel.id}/${threadTs}`];

  const goHome = (): void => {
    setPlace("home");
    void act("home", { user: me.id });
  };

  /** Links to messages open here, as in Slack; others in a window of their own. */
  const follow = (event: MouseEvent<HTMLElement>): void => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const thread = link && threadOfLink(link.href, sandbox.slackUrl);
    if (!thread || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setPlace("channel");
    setOpened(thread);
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: links in it fire clicks from the keyboard, too
    <section className="pane slack" aria-label="Slack" onClick={follow}>
      <header className="pane-header slack-header">
        <h2>Slack</h2>
        <nav aria-label="Places in Slack">
          <button
            type="button"
            className="place"
            aria-current={place === "channel" ? "page" : undefined}
            onClick={() => setPlace("channel")}
          >
            # {sandbox.channel.name}
          </button>
          <button
            type="button"
            className="place"
            aria-current={place === "home" ? "page" : undefined}
            onClick={goHome}
          >
            App Home
          </button>
        </nav>
        <fieldset className="who">
          <legend>You are</legend>
          {people.map(({ id, name }) => (
            <label key={id}>
              <input
                type="radio"
                name="member"
                checked={id === me.id}
                onChange={() => {
                  setChosen(id);
                  if (place === "home") void act("home", { user: id });
                }}
              />
              {name}
            </label>
          ))}
        </fieldset>
      </header>
      {place === "home" ? (
        <Home me={me.id} />
      ) : (
        <div className="slack-columns" data-thread={root !== undefined}>
          <Channel sandbox={sandbox} me={me} openTs={root?.ts} onOpen={setOpened} />
          {root && (
            <Thread
              key={root.ts}
              sandbox={sandbox}
              me={me}
              root={root}
              onClose={() => setOpened(null)}
            />
          )}
        </div>
      )}
      <ModalStack me={me.id} />
    </section>
  );
}
