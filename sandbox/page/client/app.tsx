import { useState } from "react";
import { CustomerPane } from "./customer/customer-pane.tsx";
import { SlackPane } from "./slack/slack-pane.tsx";
import { useIsConnected, useSandbox } from "./store.ts";
import { Timeline } from "./timeline/timeline.tsx";
import { Guide } from "./top/guide.tsx";
import { TopBar } from "./top/top-bar.tsx";

/** Where a phone can look: one at a time. */
const PLACES = [
  { place: "customer", name: "Customer" },
  { place: "requests", name: "Requests" },
  { place: "slack", name: "Slack" },
] as const;

export function App() {
  const [place, setPlace] = useState<(typeof PLACES)[number]["place"]>(() =>
    // A link to a thread.
    new URLSearchParams(location.search).has("thread") ? "slack" : "customer",
  );
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
      <main className="panes" data-place={place}>
        <CustomerPane sandbox={sandbox} />
        <Timeline />
        <SlackPane sandbox={sandbox} />
      </main>
      <nav className="places" aria-label="Places on the page">
        {PLACES.map(({ place: other, name }) => (
          <button
            key={other}
            type="button"
            aria-current={other === place ? "page" : undefined}
            onClick={() => setPlace(other)}
          >
            {name}
          </button>
        ))}
      </nav>
    </div>
  );
}
