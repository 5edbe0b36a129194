import { Message } from "slack-blocks-to-jsx";
import { withShownEmoji } from "./emoji-text.ts";
import { Emoji } from "./slack/emoji.tsx";

/** Standard Markdown, as the library renders it for Slack's own `markdown` block; HTML in it stays text. */
export function Markdown({ text }: { text: string }) {
  return (
    <Message
      logo=""
      name=""
      theme="light"
      withoutWrapper
      className="markdown"
      hooks={{ emoji: ({ name }) => <Emoji name={name} /> }}
      blocks={[{ type: "markdown", text: withShownEmoji(text) }]}
    />
  );
}
