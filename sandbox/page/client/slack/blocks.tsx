import { type Block as LibraryBlock, Message } from "slack-blocks-to-jsx";
import type { Block } from "../../../../fakes/slack/state.ts";
import { useSandbox, useTable } from "../store.ts";
import { type Action, Element } from "./elements.tsx";
import { Emoji } from "./emoji.tsx";
import { Container, Table } from "./folded-blocks.tsx";
import { Input, type Values } from "./inputs.tsx";
import { keepLiteral } from "./keep-literal.ts";
import { objectsIn } from "./objects-in.ts";

/**
 * Block Kit. A library draws what is to be read; whatever a member can use is ours, because the library's buttons and
 * inputs tell nobody what happened to them.
 */
export function Blocks(props: {
  readonly blocks: readonly Block[] | undefined;
  /** Shown when there are no blocks, as mrkdwn. */
  readonly text: string;
  readonly onAction: (action: Action) => void;
  readonly values?: Values;
  readonly errors?: Readonly<Record<string, string>>;
  readonly onValue?: (key: string, value: string | string[]) => void;
}) {
  const { text, onAction, values = {}, errors = {}, onValue } = props;
  const blocks = props.blocks ?? (text === "" ? [] : [toSection(text)]);
  return blocks.map((block, index) => {
    const key = block.block_id ?? String(index);
    if (block.type === "actions") {
      return (
        <div className="block-actions" key={key}>
          {objectsIn(block.elements).map((element) => (
            <Element
              key={String(element.action_id)}
              element={element}
              blockId={block.block_id}
              onAction={onAction}
            />
          ))}
        </div>
      );
    }
    if (block.type === "input") {
      return (
        <Input
          key={key}
          block={block}
          values={values}
          error={errors[key]}
          onValue={onValue}
          onAction={onAction}
        />
      );
    }
    const [accessory] = objectsIn(block.accessory);
    if (block.type === "section" && accessory && accessory.type !== "image") {
      const { accessory: _, ...rest } = block;
      return (
        <div className="block-with-accessory" key={key}>
          <Drawn block={rest} />
          <Element element={accessory} blockId={block.block_id} onAction={onAction} />
        </div>
      );
    }
    return drawBlock(block, key);
  });
}

const drawBlock = (block: Block, key: string | number) =>
  block.type === "container" ? (
    <Container key={key} block={block} draw={drawBlock} />
  ) : block.type === "table" ? (
    <Table key={key} block={block} draw={drawBlock} />
  ) : (
    <Drawn key={key} block={block} />
  );

function Drawn({ block }: { block: Block }) {
  const people = useTable("people");
  const channels = (useSandbox()?.channels ?? []).map(({ id, name }) => ({ id, name }));
  return (
    <Message
      logo=""
      name=""
      theme="light"
      withoutWrapper
      blocks={[keepLiteral(block) as unknown as LibraryBlock]}
      hooks={{
        emoji: ({ name }) => <Emoji name={name} />,
      }}
      data={{ users: Object.values(people).map(({ id, name }) => ({ id, name })), channels }}
    />
  );
}

const toSection = (text: string): Block => ({ type: "section", text: { type: "mrkdwn", text } });
