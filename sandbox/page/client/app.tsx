import { CustomerPane } from "./customer/customer-pane.tsx";
import { SlackPane } from "./slack/slack-pane.tsx";
import { useIsConnected, useSandbox } from "./store.ts";
import { Timeline } from "./timeline/timeline.tsx";
import { Guide } from "./top/guide.tsx";
import { TopBar } from "./top/top-bar.tsx";

export function App() {
  const sandbox = useSandbox();
  const isConnected = useIsConnected();
  if (!sandbox) {
    return (
      <main className="waiting">
        <h1>Parley bridge sandbox</h1>
        <p>{isConnected ? "Starting…" : "Connecting…"}</p>
      </main>
    );
  }
  return (
    <div className="page">
      <TopBar sandbox={sandbox} />
      {!isConnected && (
        <p className="offline" role="alert">
          The sandbox has stopped. This page shows what it was like; start it again and open the new
          address.
        </p>
      )}
      <Guide done={sandbox.guide} />
      <main className="panes">
        <CustomerPane sandbox={sandbox} />
        <Timeline />
        <SlackPane sandbox={sandbox} />
      </main>
    </div>
  );
}
