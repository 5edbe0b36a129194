import { type ReactNode, useState } from "react";
import type { Block } from "../../../../fakes/slack/state.ts";
import { objectsIn } from "./objects-in.ts";
import { textOf } from "./text-of.ts";

type Draw = (block: Block, index: number) => ReactNode;

/** Blocks under a title, folded at first if the app wants that. `draw`: how a block in it is shown. */
export function Container({ block, draw }: { readonly block: Block; readonly draw: Draw }) {
  const canFold = block.is_collapsible === true;
  const [isFolded, setIsFolded] = useState(canFold && block.default_collapsed === true);
  const title = textOf(block.title);
  return (
    <section className="block-container" aria-label={title}>
      {canFold ? (
        <button type="button" aria-expanded={!isFolded} onClick={() => setIsFolded(!isFolded)}>
          <span aria-hidden="true">{isFolded ? "▸" : "▾"}</span> {title}
        </button>
      ) : (
        <strong>{title}</strong>
      )}
      {!isFolded &&
        objectsIn(block.child_blocks).map((child, index) => draw(child as Block, index))}
    </section>
  );
}

/** A table; its first row is the head. */
export function Table({ block, draw }: { readonly block: Block; readonly draw: Draw }) {
  const [head = [], ...rows] = Array.isArray(block.rows) ? block.rows.map(objectsIn) : [];
  const show = (cell: Readonly<Record<string, unknown>>, index: number): ReactNode =>
    cell.type === "rich_text" ? draw(cell as Block, index) : String(cell.text ?? cell.value ?? "");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="block-table" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a table does not change its order
              <th key={index} scope="col">
                {show(cell, index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={line}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={index}>{show(cell, index)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
