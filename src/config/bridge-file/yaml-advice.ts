import type { ErrorCode } from "yaml";

export const YAML_ADVICE = {
  alias:
    "is an alias of YAML, which is not read here: write out what it stands for; if it is a text that begins with *, put quotes around it",
  anchor:
    "is an anchor of YAML, which is not read here: leave it out; if it is a text that begins with &, put quotes around it",
  tag: "is a tag of YAML, which is not read here: if it is a text that begins with !, put quotes around it",
  version: "asks for another version of YAML: leave the line %YAML out",
  tooDeep: "is nested too deep",
  colon:
    "has a colon where none can be: put quotes around a text with a colon in it, or begin a new line and indent it",
  indentation:
    "is not indented like what it belongs to (keys of one kind begin in the same column), or a bracket above is not closed",
  notRead: ". The rest of the file is looked at once this is mended",
  notYaml: "is no YAML: look at the colons, quotes, brackets and the indentation here and above",
} as const;

/** In our own words, because those of the parser may quote the file. */
const ADVICE: { readonly [Code in ErrorCode]?: string } = {
  ALIAS_PROPS: YAML_ADVICE.alias,
  BAD_ALIAS: YAML_ADVICE.alias,
  BAD_DIRECTIVE: YAML_ADVICE.version,
  BAD_DQ_ESCAPE:
    "has a backslash that means nothing in double quotes: write it twice, or use single quotes",
  BAD_INDENT: YAML_ADVICE.indentation,
  BAD_SCALAR_START:
    "begins with a sign that means something else in YAML: put quotes around the text",
  BLOCK_AS_IMPLICIT_KEY: YAML_ADVICE.colon,
  MULTILINE_IMPLICIT_KEY:
    "is a key without a colon behind it, or goes on in the line below: write key: value, with a space after the colon",
  DUPLICATE_KEY: "key stands here a second time: keep one of them",
  MISSING_CHAR: "lacks a quote, bracket, comma or colon, here or above",
  MULTIPLE_DOCS: "begins a second document: leave the line --- out",
  NON_STRING_KEY: "must be a plain name, followed by a colon",
  RESOURCE_EXHAUSTION: YAML_ADVICE.tooDeep,
  TAB_AS_INDENT: "has a tab in its indentation: use spaces",
  TAG_RESOLVE_FAILED: YAML_ADVICE.tag,
};

/** `before`: the file up to where the problem begins. */
export function adviceOnYaml(code: ErrorCode, before: string): string {
  const isForeignSign = code === "UNEXPECTED_TOKEN" && /[>|]\S{0,9}$/.test(before.slice(-10));
  return ADVICE[isForeignSign ? "BAD_SCALAR_START" : code] ?? YAML_ADVICE.notYaml;
}
