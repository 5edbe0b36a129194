import type { ChannelRow } from "../../wire.ts";
import { act } from "../act.ts";

/** What may happen to a channel: it is archived, or the app is removed from it; and both undone. */
export function ChannelState(props: {
  readonly channel: ChannelRow;
  readonly me: string;
  readonly run: (action: Promise<string>) => Promise<boolean>;
}) {
  const { channel, me, run } = props;
  const { isArchived, hasApp } = channel;
  const change = (action: "archive" | "invite", on: boolean): void =>
    void run(act(action, { user: me, channel: channel.id, on }));
  return (
    <div className="channel-state" data-trouble={isArchived || !hasApp}>
      <span role="status">
        {isArchived ? "Archived" : hasApp ? "" : "The app is not in this channel"}
      </span>
      {!isArchived && (
        <button type="button" className="quiet" onClick={() => change("invite", !hasApp)}>
          {hasApp ? "Remove the app" : "Invite the app"}
        </button>
      )}
      <button type="button" className="quiet" onClick={() => change("archive", !isArchived)}>
        {isArchived ? "Bring it back" : "Archive"}
      </button>
    </div>
  );
}
