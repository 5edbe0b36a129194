/** Why Parley's clients could not show a file. `size` in bytes. */
export type NotShown =
  | { readonly why: "gone" | "elsewhere" | "empty" }
  | { readonly why: "type"; readonly mimeType: string }
  | { readonly why: "size"; readonly size: number };
