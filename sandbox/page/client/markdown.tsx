import { Message } from "slack-blocks-to-jsx";

/** Standard Markdown, as the library renders it for Slack's own `markdown` block; HTML in it stays text. */
export function Markdown({ text }: { text: string }) {
  return (
    <Message
      logo=""
      name=""
      theme="light"
      withoutWrapper
      className="markdown"
      blocks={[{ type: "markdown", text }]}
    />
  );
}
