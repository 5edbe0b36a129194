/**
 * Loaded into the bridge's process before the bridge (`node --import`): when the sandbox dies without a chance to clean
 * up, its channel to this process closes, and the bridge stops as on any other SIGTERM. Does nothing else.
 */
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
