import { useTable } from "../store.ts";
import { Modal } from "./modal.tsx";

/** The modal that the member has in front, if any. */
export function ModalStack({ me }: { me: string }) {
  const modals = Object.values(useTable("modals")).filter(({ user }) => user === me);
  const top = modals.at(-1);
  return top ? <Modal key={top.view.id} modal={top} /> : null;
}
