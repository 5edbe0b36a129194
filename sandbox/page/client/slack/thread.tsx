import type { SlackMessage } from "../../../../fakes/slack/state.ts";
import type { PersonRow, SandboxRow } from "../../wire.ts";
import { act, share } from "../act.ts";
import { Composer } from "../composer.tsx";
import { DropZone } from "../drop-zone.tsx";
import { useTable } from "../store.ts";
import { useProblem } from "../use-problem.ts";
import { useScrollDown } from "../use-scroll-down.ts";
import { SlackMessageView } from "./slack-message.tsx";
import { useMessages } from "./use-messages.ts";

export function Thread(props: {
  readonly sandbox: SandboxRow;
  readonly me: PersonRow;
  readonly root: SlackMessage;
  readonly onClose: () => void;
}) {
  const { sandbox, me, root, onClose } = props;
  const { channel, ts: threadTs } = root;
  const shown = useMessages(me.id, channel, threadTs);
  const status = useTable("statuses")[`${channel}:${threadTs}`]?.status;
  const [problem, run] = useProblem();
  const list = useScrollDown<HTMLDivElement>();
  const sendFile = (file: File) => void run(share(file, { user: me.id, channel, threadTs }));

  const send = (text: string): Promise<boolean> =>
    run(act("post", { user: me.id, channel, text, threadTs }));

  return (
    <DropZone className="thread" label="Thread" onFile={sendFile}>
      <header className="thread-header">
        <h3>Thread</h3>
        <button type="button" className="quiet" onClick={onClose} aria-label="Close the thread">
          ✕
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="slack-list" ref={list} role="log" aria-label="Thread" tabIndex={0}>
        {shown.map((item) => (
          <SlackMessageView
            key={`${item.kind} ${item.message.ts}`}
            item={item}
            me={me.id}
            sandbox={sandbox}
            run={run}
          />
        ))}
      </div>
      <p className="typing" role="status">
        {status ? `Parley ${status}` : ""}
      </p>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer
        canFormat
        label="Reply in the thread"
        placeholder={`Reply as ${me.name}…`}
        onSend={send}
        onFile={sendFile}
      />
    </DropZone>
  );
}
