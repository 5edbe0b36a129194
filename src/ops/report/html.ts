/** Foreign text in HTML, between tags or in a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A time as people say it: `40 s`, `12 min`, `3 h 05`, `2 d 4 h`. */
export function sayDuration(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How many stars on average. */
export const sayRating = (rating: number | undefined): string =>
  rating === undefined ? "–" : `${rating.toFixed(1)} ★`;

export const sayShare = (part: number, of: number): string =>
  of === 0 ? "–" : `${Math.round((part / of) * 100)} %`;
