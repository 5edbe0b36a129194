import { type RefObject, useLayoutEffect, useRef } from "react";

/** Keeps a list at its end whatever is added to it, unless somebody has scrolled up to read. */
export function useScrollDown<T extends HTMLElement>(): RefObject<T | null> {
  const list = useRef<T>(null);
  const wasAtEnd = useRef(true);
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    if (wasAtEnd.current) element.scrollTop = element.scrollHeight;
    const onScroll = (): void => {
      const { scrollTop, clientHeight, scrollHeight } = element;
      // Only going up says that somebody reads: a list that grows below leaves its end by itself.
      if (scrollTop + clientHeight > scrollHeight - 40) wasAtEnd.current = true;
      else if (scrollTop < lastTop.current) wasAtEnd.current = false;
      lastTop.current = scrollTop;
    };
    // A picture that arrives late makes the list longer, too.
    const onLoad = (): void => {
      if (wasAtEnd.current) element.scrollTop = element.scrollHeight;
    };
    element.addEventListener("scroll", onScroll);
    element.addEventListener("load", onLoad, true);
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("load", onLoad, true);
    };
  });
  return list;
}
