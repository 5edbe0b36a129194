import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadAnswers } from "../../src/config/answers/load-answers.ts";
import { fillAnswer, inAnswerOrder } from "../../src/views/fill-answer.ts";

/** A folder with these files; what is said of them is told without its path. */
async function load(files: Readonly<Record<string, string | Buffer>>) {
  const folder = await mkdtemp(join(tmpdir(), "answers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { answers, problems } = loadAnswers(folder);
  return { folder, answers, problems: problems.map((each) => each.replaceAll(`${folder}/`, "")) };
}

const REFUND = "---\nname: Refund\nkeywords: [money, back]\nlanguage: nl\n---\nDag {user.name}!\n";

describe("the quick answers", () => {
  it("are read from their folder, and nothing else is", async () => {
    const { answers, problems } = await load({
      "refund.md": REFUND,
      "short.md": "---\r\nname: Short\r\n---\r\nOk {x y} {}",
      "notes.txt": "nothing",
      ".hidden.md": "nothing",
    });
    expect(problems).toEqual([]);
    expect(answers).toEqual([
      {
        id: "refund",
        name: "Refund",
        keywords: ["money", "back"],
        language: "nl",
        text: "Dag {user.name}!",
      },
      { id: "short", name: "Short", keywords: [], text: "Ok {x y} {}" },
    ]);
  });

  it.each<[string, string, RegExp[]]>([
    ["no front matter", "Hello", [/^a\.md:1:1 the file must begin with ---/]],
    ["no end of it", "---\nname: x\nHello", [/^a\.md:1:1 the file must begin with ---/]],
    [
      "no name",
      "---\nlanguage: nl\n---\nHello",
      [/^a\.md:2:1 name is missing; it must be the name/],
    ],
    [
      "a wrong key",
      "---\nname: x\nkeyword: y\n---\nHello",
      [/^a\.md:3:1 keyword is not known here; did you mean keywords\?/],
    ],
    [
      "a wrong language",
      "---\nname: x\nlanguage: fr\n---\nHello",
      [/^a\.md:3:11 language must be one of en, nl, de/],
    ],
    ["no YAML", "---\nname: [x\n---\nHello", [/^a\.md:3:1 this is not indented/]],
    ["an alias", "---\nname: &a x\n---\nHello", [/^a\.md:2:10 this is an anchor/]],
    ["no text", "---\nname: x\n---\n \n", [/^a\.md:4:1 the answer itself is missing/]],
    [
      "too much text",
      `---\nname: x\n---\n${"y".repeat(3_001)}`,
      [/^a\.md:4:1 the answer must have at most 3000/],
    ],
    [
      "wrong variables",
      "---\nname: x\n---\nHello {user.nam}\nand {order}",
      [
        /^a\.md:4:7 \{user\.nam\} is not known here; did you mean user\.name\?/,
        /^a\.md:5:5 \{order\} is not known here; there can be user\.name, agent\.name/,
      ],
    ],
    [
      "a secret",
      "---\nname: x\n---\nxoxb-1000000001-2000000002-s3cr3t",
      [/^a\.md:4:1 this looks like a secret/],
    ],
  ])("say what is wrong with %s, and where", async (_, text, expected) => {
    const { problems } = await load({ "a.md": text });
    expect(problems).toEqual(expected.map((each) => expect.stringMatching(each)));
  });

  it("refuse names of files that would have to be quoted, and two answers of one name", async () => {
    const { problems } = await load({ "a\nb.md": REFUND, "c.md": REFUND, "d.md": REFUND });
    expect(problems).toEqual([
      expect.stringMatching(/must have a name of letters/),
      expect.stringMatching(/^d\.md:1:1 has the same name and language as c\.md/),
    ]);
    expect(problems[0]).not.toContain("\n");
  });

  it("are not read from folders, bytes that are no UTF-8, or files that are too large", async () => {
    const { folder } = await load({
      "bytes.md": Buffer.from([0xff, 0xfe, 0x00]),
      "large.md": "x".repeat(300_000),
    });
    await mkdir(join(folder, "folder.md"));
    await symlink("/dev/zero", join(folder, "zero.md"));
    await symlink("nowhere", join(folder, "broken.md"));
    const { answers, problems } = loadAnswers(folder);
    expect(answers).toEqual([]);
    expect(problems).toHaveLength(5);
    expect(loadAnswers(join(folder, "missing")).problems).toEqual([
      expect.stringMatching(/must be a folder that the bridge may read/),
    ]);
  });

  it("are shown by example", () => {
    const { answers, problems } = loadAnswers(join(import.meta.dirname, "../../answers.example"));
    expect(problems).toEqual([]);
    expect(answers).toHaveLength(2);
  });
});

describe("an answer", () => {
  it("has the names in it, in which nothing acts", () => {
    const names = { "user.name": "**Ada** <!channel>\n[x](y)", "agent.name": "Anna" };
    expect(fillAnswer({ text: "Dag { user.name }, {agent.name} {x}" }, names)).toBe(
      "Dag Ada channel x (y), Anna {x}",
    );
  });

  it("does without a name that nobody knows", () => {
    expect(fillAnswer({ text: "Hello {user.name}, I am {agent.name}." }, {})).toBe("Hello, I am.");
  });

  it("in the User's language comes first", () => {
    const answer = (id: string, language?: "en" | "nl") =>
      ({ id, name: id, keywords: [], text: "x", ...(language && { language }) }) as const;
    const all = [answer("a", "en"), answer("b"), answer("d", "nl"), answer("c", "nl")];
    expect(inAnswerOrder(all, "nl-BE").map(({ id }) => id)).toEqual(["c", "d", "b", "a"]);
  });
});
