import { type DragEvent, type ReactNode, useState } from "react";

/** A region that takes files dropped on it. */
export function DropZone(props: {
  readonly className: string;
  readonly label: string;
  readonly onFile: (file: File) => void;
  readonly children: ReactNode;
}) {
  const [isOver, setIsOver] = useState(false);
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setIsOver(true);
  };
  return (
    <section
      className={`${props.className} drop-zone`}
      aria-label={props.label}
      data-over={isOver}
      onDragOver={over}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        for (const file of event.dataTransfer.files) props.onFile(file);
      }}
    >
      {props.children}
    </section>
  );
}
