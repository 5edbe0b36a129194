import { useEffect, useRef, useState } from "react";
import type { ModalRow } from "../../wire.ts";
import { act } from "../act.ts";
import { useProblem } from "../use-problem.ts";
import { Blocks } from "./blocks.tsx";
import type { Values } from "./inputs.tsx";

/** A modal: inputs, errors under them, submit and cancel. Escape closes it. */
export function Modal({ modal }: { modal: ModalRow }) {
  const { view, user, errors } = modal;
  const dialog = useRef<HTMLDialogElement>(null);
  const [values, setValues] = useState<Values>({});
  const [isSending, setIsSending] = useState(false);
  const [problem, run] = useProblem();

  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("select, textarea, input")?.focus();
  }, []);

  const submit = async (): Promise<void> => {
    setIsSending(true);
    await run(act("submit", { user, viewId: view.id, values }));
    setIsSending(false);
  };

  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby={`title-${view.id}`}
      onCancel={(event) => {
        // The server decides when it is gone.
        event.preventDefault();
        void run(act("close", { user, viewId: view.id }));
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id={`title-${view.id}`}>{view.title.text}</h2>
        <div className="modal-body">
          <Blocks
            blocks={view.blocks}
            text=""
            errors={errors}
            values={values}
            onValue={(key, value) => setValues((old) => ({ ...old, [key]: value }))}
            onAction={(action) => void run(act("click", { user, viewId: view.id, ...action }))}
          />
        </div>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <footer>
          <button type="button" onClick={() => void run(act("close", { user, viewId: view.id }))}>
            {view.close?.text ?? "Cancel"}
          </button>
          {view.submit && (
            <button type="submit" className="primary" disabled={isSending}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
