import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DockerfileParser, type JSONInstruction } from "dockerfile-ast";

const TEXT = readFileSync(join(import.meta.dirname, "../../Dockerfile"), "utf8");

/** One line of the Dockerfile. */
interface Instruction {
  readonly keyword: string;
  readonly flags: readonly string[];
  /** The words behind it, or those of its JSON. */
  readonly words: readonly string[];
  /** Of a RUN that a shell reads. */
  readonly shell: boolean;
}

/** From one FROM to the next. */
export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** The stages of the Dockerfile; the last one is the image. */
export const STAGES: readonly Stage[] = readStages(TEXT);

function readStages(text: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const parsed of DockerfileParser.parse(text).getInstructions()) {
    const keyword = parsed.getKeyword();
    const words = parsed.getArguments().map((word) => word.getValue());
    if (keyword === "FROM") {
      const [image = "", , name] = words;
      stages.push({ image, name, instructions: [] });
      continue;
    }
    const { getFlags, getJSONStrings } = parsed as Partial<JSONInstruction>;
    const flags = getFlags?.call(parsed).map(String) ?? [];
    const inJson = getJSONStrings?.call(parsed).map((word) => word.getJSONValue()) ?? [];
    const isJson = inJson.length > 0;
    stages.at(-1)?.instructions.push({
      keyword,
      flags,
      words: isJson ? inJson : words,
      shell: keyword === "RUN" && !isJson,
    });
  }
  return stages;
}

/** What the image is, put together of its last stage. */
export const IMAGE = describeImage();

interface Image {
  readonly user: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  /** What says whether it is healthy, with the exit code 0 or 1. */
  readonly healthcheck: readonly string[];
  readonly volume: string;
  readonly port: string;
}

function describeImage(): Image {
  const { instructions = [] } = STAGES.at(-1) ?? {};
  const wordsOf = (keyword: string): readonly string[] => {
    const found = instructions.filter((each) => each.keyword === keyword);
    const [only] = found;
    if (!only || found.length > 1) throw new Error(`${found.length} times ${keyword}`);
    return only.words;
  };
  const [user = ""] = wordsOf("USER");
  const [folder = ""] = wordsOf("WORKDIR");
  const [volume = ""] = wordsOf("VOLUME");
  const [port = ""] = wordsOf("EXPOSE");
  const pairs = wordsOf("ENV").map((pair) => pair.split("="));
  const env = Object.fromEntries(pairs) as Record<string, string>;
  const [cmd, ...command] = wordsOf("HEALTHCHECK")
    .join(" ")
    .split(/ (?=\[)/);
  if (cmd !== "CMD") throw new Error("HEALTHCHECK without CMD");
  const healthcheck = JSON.parse(command.join(" ")) as string[];
  return { user, folder, env, entrypoint: wordsOf("ENTRYPOINT"), healthcheck, volume, port };
}
