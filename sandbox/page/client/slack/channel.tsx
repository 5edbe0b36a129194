import type { ChannelRow, PersonRow, SandboxRow } from "../../wire.ts";
import { act, share } from "../act.ts";
import { Composer } from "../composer.tsx";
import { DropZone } from "../drop-zone.tsx";
import { clock, momentOf } from "../format.ts";
import { useProblem } from "../use-problem.ts";
import { useScrollDown } from "../use-scroll-down.ts";
import { ChannelState } from "./channel-state.tsx";
import { SlackMessageView } from "./slack-message.tsx";
import { useMessages, useThreads } from "./use-messages.ts";

export function Channel(props: {
  readonly sandbox: SandboxRow;
  readonly channel: ChannelRow;
  readonly me: PersonRow;
  readonly openTs: string | undefined;
  readonly onOpen: (ts: string) => void;
}) {
  const { sandbox, channel, me, openTs, onOpen } = props;
  const here = { user: me.id, channel: channel.id };
  const shown = useMessages(me.id, channel.id, undefined);
  const threads = useThreads();
  const [problem, run] = useProblem();
  const list = useScrollDown<HTMLDivElement>();

  const send = (text: string): Promise<boolean> => run(act("post", { ...here, text }));
  const sendFile = (file: File) => void run(share(file, here));

  return (
    <DropZone className="channel" label={`Channel ${channel.name}`} onFile={sendFile}>
      <ChannelState channel={channel} me={me.id} run={run} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="slack-list" ref={list} role="log" aria-label="Channel" tabIndex={0}>
        {shown.length === 0 && (
          <p className="empty">Each customer who is handed over to this team gets a thread here.</p>
        )}
        {shown.map((item) => {
          const { ts } = item.message;
          const thread = threads.get(ts);
          const isRoot = item.kind === "message";
          return (
            <SlackMessageView
              key={`${item.kind} ${ts}`}
              item={item}
              me={me.id}
              sandbox={sandbox}
              isOpen={ts === openTs}
              run={run}
              footer={
                isRoot && (
                  <button type="button" className="replies" onClick={() => onOpen(ts)}>
                    {thread
                      ? `${thread.count} ${thread.count === 1 ? "reply" : "replies"}`
                      : "Reply in thread"}
                    {thread && <small> last at {clock(momentOf(thread.latest))}</small>}
                  </button>
                )
              }
            />
          );
        })}
      </div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer
        canFormat
        label={`Message or command in #${channel.name}`}
        placeholder={`Message #${channel.name}, or /parley-owner help`}
        onSend={send}
        onFile={sendFile}
        hint={(text) =>
          text.startsWith("/") && (
            <ul className="command-hints" aria-label="Commands">
              {sandbox.commands.map(({ command, hint }) => (
                <li key={command}>
                  <code>{command}</code> {hint}
                </li>
              ))}
            </ul>
          )
        }
      />
    </DropZone>
  );
}
