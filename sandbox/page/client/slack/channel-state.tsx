import type { ChannelRow } from "../../wire.ts";
import { act } from "../act.ts";

/** What may happen to a channel: the app is removed from it, and invited again. */
export function ChannelState(props: {
  readonly channel: ChannelRow;
  readonly me: string;
  readonly run: (action: Promise<string>) => Promise<boolean>;
}) {
  const { channel, me, run } = props;
  const { isArchived, hasApp } = channel;
  const invite = (on: boolean): void =>
    void run(act("invite", { user: me, channel: channel.id, on }));
  return (
    <div className="channel-state" data-trouble={isArchived || !hasApp}>
      <span role="status">
        {isArchived ? "Archived" : hasApp ? "" : "The app is not in this channel"}
      </span>
      {!isArchived && (
        <button type="button" className="quiet" onClick={() => invite(!hasApp)}>
          {hasApp ? "Remove the app" : "Invite the app"}
        </button>
      )}
    </div>
  );
}
