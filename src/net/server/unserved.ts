/** What HTTP itself, or our own rules about it, say no to before a component is asked. */
export type UnservedReason = (typeof unservedReasons)[number];
/** Every reason, as it stands in flamegate_receiver_requests_refused_total. */
export const unservedReasons = [
  'auth', // credentials that are missing or wrong
  'tenant', // an id that no Pyroscope takes, or not the sender's own
  'path', // nothing is served there
  'method', // something is, but not for this method
  'version', // the protocol needs what this version of HTTP cannot do
  'encoding', // a transfer coding that we do not know
  'content_type', // no protocol of this path speaks it
  'header', // too large
  'timeout', // slower than allowed
  'deadline', // the sender's own
  'canceled', // the sender is gone
] as const;

/** A request that is answered without being served. */
export class Unserved extends Error {
  readonly reason: UnservedReason;
  /** Goes with the answer: what is allowed instead. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(reason: UnservedReason, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Unserved';
    this.reason = reason;
    this.headers = headers;
  }
}

/** The sender is known, and may not do this. */
export class Forbidden extends Unserved {
  constructor(message: string) {
    super('tenant', message);
    this.name = 'Forbidden';
  }
}

/** A throw that nobody foresaw. The sender gets the id, the log has the rest. */
export class Bug extends Error {
  readonly id: string;

  constructor(id: string, cause: unknown) {
    super(`internal error, to be found in the gateway's log by the id ${id}`, { cause });
    this.name = 'Bug';
    this.id = id;
  }
}
