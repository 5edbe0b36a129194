import { type KeyboardEvent, useState } from "react";
import type { CustomerRow, SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";
import { useTable } from "../store.ts";
import { Chat } from "./chat.tsx";

/** The customers' side: a tab for each, and the chat of the chosen one. */
export function CustomerPane({ sandbox }: { sandbox: SandboxRow }) {
  const customers = Object.values(useTable("customers"));
  const [chosen, setChosen] = useState<string>();
  const [isOpening, setIsOpening] = useState(false);
  const current = customers.find(({ device }) => device === chosen) ?? customers[0];

  const open = async (): Promise<void> => {
    setIsOpening(true);
    const known = new Set(customers.map(({ device }) => device));
    setPending(known);
    await act("customer");
    setIsOpening(false);
  };
  // The tab that appears next is the one that was asked for.
  const [pending, setPending] = useState<ReadonlySet<string>>();
  const added = pending && customers.find(({ device }) => !pending.has(device));
  if (added) {
    setPending(undefined);
    setChosen(added.device);
  }

  return (
    <section className="pane customer-pane" aria-label="Customers in Parley">
      <header className="pane-header">
        <h2>Customer</h2>
        <span className="pane-note">Parley's Client API</span>
      </header>
      <div className="tabs">
        <Tabs customers={customers} current={current} onChoose={setChosen} />
        <button
          type="button"
          className="tab-add"
          aria-label="Open another customer"
          title="Open another customer"
          disabled={isOpening}
          onClick={() => void open()}
        >
          +
        </button>
      </div>
      {current && <Chat key={current.device} customer={current} parley={sandbox.parley} />}
    </section>
  );
}

function Tabs(props: {
  readonly customers: readonly CustomerRow[];
  readonly current: CustomerRow | undefined;
  readonly onChoose: (device: string) => void;
}) {
  const { customers, current, onChoose } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !current) return;
    event.preventDefault();
    const index = customers.indexOf(current) + step;
    const next = customers[(index + customers.length) % customers.length];
    if (!next) return;
    onChoose(next.device);
    document.getElementById(`tab-${next.device}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Customers" onKeyDown={onKeyDown}>
      {customers.map((customer) => {
        const isCurrent = customer === current;
        return (
          <button
            key={customer.device}
            id={`tab-${customer.device}`}
            type="button"
            role="tab"
            aria-selected={isCurrent}
            aria-controls={isCurrent ? `chat-${customer.device}` : undefined}
            tabIndex={isCurrent ? 0 : -1}
            onClick={() => onChoose(customer.device)}
          >
            {customer.name.split(" ")[0]}
            {customer.name.startsWith("Visitor") ? customer.name.slice("Visitor".length) : ""}
            {!isCurrent && customer.unseen > 0 && (
              <span className="badge">
                {customer.unseen}
                <span className="hidden"> unread</span>
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}
