import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { connect } from "./store.ts";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no root");
connect();
createRoot(root).render(<App />);
