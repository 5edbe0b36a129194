import type { Language } from "../../language.ts";
import { de } from "./de.ts";
import { en, type Texts } from "./en.ts";
import { nl } from "./nl.ts";

const TEXTS: Readonly<Record<Language, Texts>> = { en, nl, de };

export const textsFor = (language: Language): Texts => TEXTS[language];
